// A run that is killed again and again, at random moments, ends in the same bytes as one that nobody
// disturbs: checkpoints, the best among them, and metrics (but for the keys that tell time).
//
// Kills while a checkpoint is being written are exact, however slow or busy the machine: a pipe stands where
// the temporary file would, so that the program cannot write more than the test has read, and the test leaves
// a file with just those bytes in its place. All others depend on the machine's timing; where one comes too
// late and the run has ended, its result is compared and the run begins anew.
#include <sys/stat.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/program.h"
#include "training/checkpoint.h"

namespace dg {
namespace {

// The first evaluation, and with it the first best checkpoint, comes before the first other checkpoint.
constexpr std::int64_t steps = 60, checkpoint_every = 3, evaluate_every = 2;
constexpr std::size_t pipe_bytes = 4096;  // the least that Linux gives a pipe

int kills_wanted() {
  const char* asked = std::getenv("DG_KILLS");
  return asked == nullptr ? 20 : std::stoi(asked);
}

// One line for each of metrics.jsonl, without what a clock decides.
Words timeless_metrics(const fs::path& run) {
  std::istringstream metrics(file_text(run / "metrics.jsonl"));
  Words lines;
  for (std::string line; std::getline(metrics, line);) {
    nlohmann::json json = nlohmann::json::parse(line);
    for (const char* key : {"sampler_ms", "sampler_share", "images_per_second", "input_wait", "input_bound"})
      json.erase(key);
    for (const Part part : all_parts) json.erase(std::string("time_") + name(part));
    lines.push_back(json.dump());
  }
  return lines;
}

// The last step of which metrics.jsonl tells; 0 when there is none.
std::int64_t last_logged(const fs::path& run) {
  std::istringstream metrics(file_text(run / "metrics.jsonl"));
  std::int64_t last = 0;
  for (std::string line; std::getline(metrics, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object()) last = std::max(last, json.value("step", std::int64_t{0}));
  }
  return last;
}

// The step after which the next checkpoint is due.
std::int64_t next_checkpoint(const fs::path& run) {
  const std::vector<fs::path> all = step_checkpoints(run);
  if (all.empty()) return checkpoint_every;
  const std::string name = all.back().filename().string();  // step-<number>.safetensors
  return std::stoll(name.substr(5)) / checkpoint_every * checkpoint_every + checkpoint_every;
}

class KillLoop : public testing::Test {
 protected:
  void SetUp() override {
    data = pattern_folder("kill_data");
    whole = fresh_folder("kill_whole") / "run";
    run = fresh_folder("kill_run") / "run";
    const auto start = std::chrono::steady_clock::now();
    const Finished f = doppel(words(whole));
    duration = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(f.code, 0) << f.err;
    checkpoint_bytes = fs::file_size(whole / "checkpoints" / fmt::format("step-{}.safetensors", steps));
    ASSERT_GT(checkpoint_bytes, 4 * pipe_bytes);
  }

  Words words(const fs::path& folder) const {
    return train_words(data, folder,
                       {"--steps", std::to_string(steps), "--resume", "--set",
                        fmt::format("checkpoint.every={}", checkpoint_every), "--set", "checkpoint.keep=2",
                        "--set", fmt::format("evaluate.every={}", evaluate_every)});
  }

  // Each starts or resumes the run, kills it, and returns whether the kill came before the end.
  bool kill_after_a_time() {
    Program program(words(run));
    std::this_thread::sleep_for(duration * rng.uniform() / 2);
    program.send(SIGKILL);
    return killed(program);
  }

  bool kill_after_some_steps() {
    const auto target = last_logged(run) + 1 + static_cast<std::int64_t>(rng.below(2 * checkpoint_every));
    Program program(words(run));
    program.wait_for([&] { return last_logged(run) >= target; });
    program.send(SIGKILL);
    return killed(program);
  }

  // While it writes checkpoints/<name>, of which a random number of bytes reach the disk.
  bool kill_while_writing(const std::string& name) {
    const fs::path temporary = run / "checkpoints" / (name + ".tmp");
    fs::create_directories(temporary.parent_path());
    fs::remove(temporary);
    EXPECT_EQ(::mkfifo(temporary.c_str(), 0666), 0);
    const int pipe = ::open(temporary.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_EQ(::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(pipe_bytes)), static_cast<int>(pipe_bytes));
    const std::size_t wanted = 1 + rng.below(checkpoint_bytes - 2 * pipe_bytes);
    std::string bytes;
    Program program(words(run));
    const bool writing = program.wait_for([&] {
      std::string more(wanted - bytes.size(), '\0');
      const ssize_t n = ::read(pipe, more.data(), more.size());
      if (n > 0) bytes.append(more, 0, static_cast<std::size_t>(n));
      return bytes.size() == wanted;
    });
    program.send(SIGKILL);
    const bool in_time = killed(program);
    ::close(pipe);
    fs::remove(temporary);
    if (writing) std::ofstream(temporary, std::ios::binary) << bytes;
    return in_time;
  }

  bool killed(Program& program) {
    const Finished f = program.finish();
    if (f.code == -SIGKILL) return true;
    EXPECT_EQ(f.code, 0) << f.err;
    return false;
  }

  void expect_the_undisturbed_result() {
    ASSERT_EQ(files_in(run), files_in(whole));
    for (const std::string& file : files_in(whole)) {
      if (file == "metrics.jsonl") continue;
      EXPECT_TRUE(file_text(run / file) == file_text(whole / file)) << file;
    }
    EXPECT_EQ(timeless_metrics(run), timeless_metrics(whole));
  }

  fs::path data, whole, run;
  std::chrono::duration<double> duration{};
  std::size_t checkpoint_bytes = 0;
  Rng rng{2017, 0};
};

TEST_F(KillLoop, EndsInTheBytesOfAnUndisturbedRun) {
  const int wanted = kills_wanted();
  std::map<std::string, int> kills;
  for (int done = 0; done < wanted;) {
    const std::int64_t next = next_checkpoint(run);
    const auto choice = rng.below(3);
    std::string moment;
    bool in_time = false;
    if (next > steps) {  // no checkpoint is left to be written: let it end
      ASSERT_EQ(doppel(words(run)).code, 0);
    } else if (done == 0) {
      moment = "while writing the best";
      in_time = kill_while_writing("best.safetensors");
    } else if (done == 1 || choice == 0) {
      moment = next == checkpoint_every ? "while writing the first checkpoint" : "while writing a checkpoint";
      in_time = kill_while_writing(fmt::format("step-{}.safetensors", next));
    } else if (choice == 1) {
      moment = "after a time";
      in_time = kill_after_a_time();
    } else {
      moment = "after some steps";
      in_time = kill_after_some_steps();
    }
    if (in_time) {
      ++done;
      ++kills[moment];
    } else {
      expect_the_undisturbed_result();
      fs::remove_all(run);
    }
  }
  EXPECT_EQ(doppel(words(run)).code, 0);
  expect_the_undisturbed_result();
  EXPECT_GT(kills["while writing the best"], 0);
  EXPECT_GT(kills["while writing the first checkpoint"], 0);
  for (const auto& [moment, number] : kills) std::cout << number << " killed " << moment << "\n";
}

}  // namespace
}  // namespace dg
