// A run that is killed again and again, at random moments, ends in the same bytes as one that nobody
// disturbs: checkpoints, the best among them, and metrics (but for the keys that tell time).
//
// Kills while a checkpoint is being written are exact, however slow or busy the machine (tests/faults/). All
// others depend on the machine's timing; where one comes too late and the run has ended, its result is
// compared and the run begins anew.
#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/apps/run_files.h"
#include "tests/data/tsv/celeb_files.h"
#include "tests/faults/faults.h"
#include "training/checkpoint.h"

namespace dg {
namespace {

// The first evaluation, and with it the first best checkpoint, comes before the first other checkpoint.
constexpr std::int64_t steps = 60, checkpoint_every = 3, evaluate_every = 2;

int kills_wanted() {
  const char* asked = std::getenv("DG_KILLS");
  return asked == nullptr ? 20 : std::stoi(asked);
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
    DG_NEEDS_FAULTS();
    data = pattern_folder("kill_data");
    whole = fresh_folder("kill_whole") / "run";
    run = fresh_folder("kill_run") / "run";
    const auto start = std::chrono::steady_clock::now();
    const Finished f = doppel(words(whole));
    duration = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(f.code, 0) << f.err;
    calls_of_a_checkpoint =
        with_faults(words(run), {.below = run / "checkpoints" / fmt::format("step-{}.safetensors", steps)})
            .file;
    ASSERT_GT(calls_of_a_checkpoint, 10);
    fs::remove_all(run);
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

  // At one of the calls that write checkpoints/<name>, chosen at random; a write has then written half.
  bool kill_while_writing(const std::string& name) {
    const auto n =
        1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(calls_of_a_checkpoint)));
    const Faulted f = with_faults(
        words(run), {.fault = fmt::format("file:{}:kill", n), .below = run / "checkpoints" / name});
    if (f.code == -SIGKILL) return true;
    EXPECT_EQ(f.code, 0) << f.err;
    return false;
  }

  bool killed(Program& program) {
    const Finished f = program.finish();
    if (f.code == -SIGKILL) return true;
    EXPECT_EQ(f.code, 0) << f.err;
    return false;
  }

  void expect_the_undisturbed_result() {
    EXPECT_EQ(differing_files(contents_of(run), contents_of(whole)), "");
  }

  fs::path data, whole, run;
  std::chrono::duration<double> duration{};
  std::int64_t calls_of_a_checkpoint = 0;
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

// What other subcommands write: killed at each of some calls and started again, each leaves what it would
// have left undisturbed, and never half of anything under the name of a whole file.
class Killed : public testing::Test {
 protected:
  void SetUp() override { DG_NEEDS_FAULTS(); }

  // At calls on files `below`; `folder` has the results, and `check` looks at what a kill leaves of them.
  template <class Prepare, class Check>
  void kill_everywhere(const fs::path& below, const fs::path& folder, const Words& words,
                       const Prepare& prepare, const Check& check) {
    prepare();
    const Faulted counted = with_faults(words, {.below = below});
    ASSERT_EQ(counted.code, 0) << counted.err;
    const auto whole = contents_of(folder);
    const std::int64_t stride = std::max<std::int64_t>(1, counted.file / (2 * kills_wanted()));
    int kills = 0;
    for (std::int64_t n = 1; n <= counted.file; n += stride, ++kills) {
      prepare();
      ASSERT_EQ(with_faults(words, {.fault = fmt::format("file:{}:kill", n), .below = below}).code, -SIGKILL)
          << n;
      check(whole);
      const Finished again = doppel(words);
      EXPECT_EQ(again.code, 0) << n << ": " << again.err;
      auto now = contents_of(folder);
      std::erase_if(
          now, [&](const auto& file) { return file.first.ends_with(".tmp") && !whole.contains(file.first); });
      EXPECT_EQ(differing_files(now, whole), "") << n;
    }
    std::cout << counted.file << " calls, killed at " << kills << "\n";
  }
};

TEST_F(Killed, AClassifierIsTheOldOneOrTheNewOne) {
  const fs::path data = pattern_folder("killed_classifier"),
                 run = fresh_folder("killed_classifier_run") / "run";
  const Finished trained = doppel(train_words(data, run, {"--stop-after", "2"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Words words{"classifier",         run.string(), data.string(),
                    "--threads",          "1",          "--set",
                    "classifier.batch=8", "--set",      "classifier.iterations=5"};
  const fs::path file = run / "classifier.safetensors";
  Words old = words;
  old.insert(old.end(), {"--seed", "5"});
  ASSERT_EQ(doppel(old).code, 0);
  const std::string before = file_text(file);
  kill_everywhere(
      run, run, words, [&] { std::ofstream(file, std::ios::binary) << before; },
      [&](const auto& whole) {
        const std::string now = file_text(file);
        EXPECT_TRUE(now == before || now == whole.at("classifier.safetensors"));
      });
}

TEST_F(Killed, FacesAreCompletedByASecondStart) {
  const fs::path folder = fresh_folder("killed_faces") / "faces";
  const Words words{"faces", folder.string(), "--identities", "4", "--photos", "2", "--size", "24"};
  kill_everywhere(
      folder, folder, words, [&] { fs::remove_all(folder); },
      [&](const auto& whole) {
        if (!contains(file_text(folder / "faces.toml"), "complete = true")) return;
        EXPECT_EQ(differing_files(contents_of(folder), whole), "") << "is not complete";
      });
}

TEST_F(Killed, AnIndexIsWholeOrNotThere) {
  const fs::path folder = fresh_folder("killed_index");
  const CelebFiles files(twelve_faces(folder / "faces"), folder / "tsv");
  const fs::path index = files.folder / "base.tsv.index", run = folder / "run";
  const Words words = train_words(files.toml(), run, {"--set", "data.base_identities=all", "--steps", "1"});
  kill_everywhere(
      index, files.folder, words,
      [&] {
        fs::remove_all(run);
        fs::remove(index);
      },
      [&](const auto& whole) {
        if (fs::exists(index)) {
          EXPECT_TRUE(file_text(index) == whole.at("base.tsv.index"));
        }
      });
}

}  // namespace
}  // namespace dg
