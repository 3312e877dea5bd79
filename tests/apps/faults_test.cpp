// A run of three steps with a checkpoint after each, and a resume of it, in which every file call and every
// allocation fails once: it ends with a message that says what failed and why, never by a signal; every
// checkpoint that is left is whole; and a resume without faults ends in the bytes of an undisturbed run.
#include "tests/faults/faults.h"

#include <functional>
#include <iostream>
#include <set>

#include "interop/safetensors.h"
#include "tests/apps/run_files.h"

namespace dg {
namespace {

struct Sweep {
  const char* name;
  std::string kind;  // as in DG_FAULT
  bool staying, resume;
  std::size_t least;  // bytes of an allocation that counts
  std::int64_t most;  // calls to try, spread over all there are
};

std::ostream& operator<<(std::ostream& out, const Sweep& s) { return out << s.name; }

constexpr std::int64_t every_one = 1'000'000;

// Where many kills are asked for (.ci/run full): all file calls, and ten times as many of the sampled ones.
const bool all_of_them = std::getenv("DG_KILLS") != nullptr && std::stoi(std::getenv("DG_KILLS")) >= 200;

// Whether a resume from the checkpoint `now` gives the bytes of one from `whole`: it may have planned a batch
// more, and owe an evaluation that the other has behind it. That it does is seen by resuming.
bool goes_on_alike(const fs::path& now, const fs::path& whole) try {
  SafetensorsReader a(now), b(whole);
  SafetensorsMetadata of_a = a.metadata(), of_b = b.metadata();
  for (SafetensorsMetadata* of : {&of_a, &of_b})
    for (const char* key : {"checksums", "header_checksum", "evaluation"}) of->erase(key);
  // What an evaluation that is still to come will count.
  const bool owed = a.metadata().contains("evaluation");
  for (SafetensorsMetadata* of : {&of_a, &of_b})
    for (const char* key : {"without_better", "evaluation_loss"})
      if (owed) of->erase(key);
  if (of_a != of_b) return false;
  for (const auto& entry : b.entries()) {
    if (entry.name == "state.sampler") continue;
    if (a.find(entry.name) == nullptr || a.read(entry.name).bytes != b.read(entry.name).bytes) return false;
  }
  return true;
} catch (const IoError&) {
  return false;
}

class Sweeps : public testing::TestWithParam<Sweep> {
 protected:
  void SetUp() override {
    DG_NEEDS_FAULTS();
    data = pattern_folder("fault_data", 12, 2);
    folder = fresh_folder("fault_runs");
    ASSERT_EQ(doppel(words(folder / "whole", {})).code, 0);
    whole = contents_of(folder / "whole");
    ASSERT_TRUE(whole.contains("checkpoints/best.safetensors"));
    if (!GetParam().resume) return;
    const Finished half = doppel(words(folder / "half", {"--stop-after", "2"}));
    ASSERT_EQ(half.code, 0) << half.err;
  }

  Words words(const fs::path& run, Words more) const {
    for (const char* setting : {"network.branches=[1]", "data.workers=1", "steps=3", "checkpoint.every=1",
                                "checkpoint.keep=10", "evaluate.every=2"})
      more.insert(more.end(), {"--set", setting});
    return train_words(data, run, more);
  }

  Faulted run_with(const Faults& faults) {
    const fs::path run = folder / "run";
    fs::remove_all(run);
    Words more;
    if (GetParam().resume) {
      fs::copy(folder / "half", run, fs::copy_options::recursive);
      more = {"--resume"};
    }
    return with_faults(words(run, more), faults);
  }

  // What is wrong with how it ended; empty if nothing.
  std::string wrong(const Faulted& f) {
    std::string all;
    const auto demand = [&all](bool ok, const std::string& what) {
      if (!ok) all += what + "; ";
    };
    std::map<std::string, std::string> left = contents_of(folder / "run");
    if (f.call == "unlink" || f.call == "flock" || GetParam().staying) left.erase("lock");
    demand(f.code >= 0, fmt::format("signal {}", -f.code));
    if (f.code == 0) {
      const std::string differing = differing_files(left, whole);
      demand(differing.empty(), "exit code 0, but not the files of an undisturbed run: " + differing);
    } else {
      demand(f.err.find("doppel: ") != std::string::npos || f.err.find("libgomp: ") != std::string::npos,
             "no message");
      if (GetParam().kind != "memory") {
        std::string file = GetParam().staying ? (folder / "run").string() : f.path;
        if (file.ends_with(".tmp")) file.resize(file.size() - 4);
        demand(f.err.find(file) != std::string::npos, "the message does not name the file");
      }
    }
    for (const char* text : {"bad_alloc", "basic_string", "filesystem error", "terminate"})
      demand(f.err.find(text) == std::string::npos, std::string("the message is about ") + text);
    for (const auto& [name, text] : left) {
      if (name.ends_with(".safetensors"))
        demand(text == whole[name] || goes_on_alike(folder / "run" / name, folder / "whole" / name),
               name + " is not whole");
    }
    std::string state;
    for (const auto& [name, text] : left) state += name + "\n" + text + "\n";
    if (resumed.insert(std::hash<std::string>()(state)).second) {
      const Finished again = doppel(words(folder / "run", {"--resume"}));
      demand(again.code == 0, "the resume failed: " + again.err);
      demand_the_undisturbed_result(f, demand);
    }
    return all;
  }

  // A state that is in the best checkpoint already is not saved once more. What could not be written of the
  // log of a step that was then saved stays unwritten.
  template <class Demand>
  void demand_the_undisturbed_result(const Faulted& f, const Demand& demand) {
    std::map<std::string, std::string> now = contents_of(folder / "run"), wanted = whole;
    if (!now.contains("checkpoints/step-2.safetensors")) wanted.erase("checkpoints/step-2.safetensors");
    for (const char* name : {"checkpoints/step-1.safetensors", "checkpoints/step-2.safetensors"}) {
      if (!now.contains(name) || !goes_on_alike(folder / "run" / name, folder / "whole" / name)) continue;
      now.erase(name);
      wanted.erase(name);
    }
    if (f.path.ends_with("metrics.jsonl")) {
      for (const char* name : {"metrics.jsonl", "metrics.csv"}) {
        now.erase(name);
        wanted.erase(name);
      }
    }
    const std::string differing = differing_files(now, wanted);
    demand(differing.empty(), "the resumed run has other files: " + differing);
  }

  fs::path data, folder;
  std::map<std::string, std::string> whole;
  std::set<std::size_t> resumed;  // states from which a resume has been seen
};

TEST_P(Sweeps, EndWithAMessageAndAWholeCheckpoint) {
  const Sweep& sweep = GetParam();
  Faults faults{.below = folder / "run", .least = sweep.least};
  const Faulted counted = run_with(faults);
  ASSERT_EQ(counted.code, 0) << counted.err;
  const std::int64_t calls = sweep.kind == "file"   ? counted.file
                             : sweep.kind == "disk" ? counted.disk
                             : sweep.kind == "open" ? counted.open
                                                    : counted.memory;
  ASSERT_GT(calls, 5);
  const std::int64_t stride = std::max<std::int64_t>(1, calls / (all_of_them ? 10 * sweep.most : sweep.most));
  // Between the first and the last of a file's writes all are alike, and few are tried.
  const auto is_alike = [&](std::int64_t n) {
    const std::string& w = counted.is_write;
    const auto i = static_cast<std::size_t>(n);
    return sweep.kind == "file" && !sweep.staying && !all_of_them && n % 16 != 0 && w[i - 1] == 1 &&
           w[i] == 1 && w[i + 1] == 1;
  };
  std::int64_t tried = 0, failed = 0;
  for (std::int64_t n = 1; n <= calls; n += stride) {
    if (is_alike(n)) continue;
    ++tried;
    faults.fault = fmt::format("{}:{}{}:fail", sweep.kind, n, sweep.staying ? "+" : "");
    const Faulted f = run_with(faults);
    failed += f.code != 0;
    const std::string problem = wrong(f);
    EXPECT_EQ(problem, "") << faults.fault << ": " << f.call << " " << f.path << "\n" << f.err;
  }
  std::cout << calls << " calls, " << tried << " tried: " << failed << " ended the run with a message, from "
            << resumed.size() << " states it was resumed\n";
}

INSTANTIATE_TEST_SUITE_P(Faults, Sweeps,
                         testing::Values(Sweep{"EveryFileCall", "file", false, false, 0, every_one},
                                         Sweep{"EveryFileCallFromOneOn", "file", true, false, 0, 30},
                                         Sweep{"AFullDisk", "disk", true, false, 0, 30},
                                         Sweep{"NoMoreDescriptors", "open", true, false, 0, every_one},
                                         Sweep{"EveryFileCallOfAResume", "file", false, true, 0, every_one},
                                         Sweep{"EveryLargeAllocation", "memory", false, false, 65536,
                                               every_one},
                                         Sweep{"AllocationsOfAnySize", "memory", false, false, 0, 60},
                                         Sweep{"NoMoreMemory", "memory", true, false, 4096, 60},
                                         Sweep{"AFullDiskInAResume", "disk", true, true, 0, 20},
                                         Sweep{"AllocationsOfAResume", "memory", false, true, 0, 40}),
                         [](const auto& i) { return i.param.name; });

class Threads : public testing::Test {
 protected:
  void SetUp() override { DG_NEEDS_FAULTS(); }
};

TEST_F(Threads, ThatCannotBeStartedAreNamedWithTheSettingThatAsksForThem) {
  const fs::path data = pattern_folder("thread_data", 12, 2), run = fresh_folder("thread_run") / "run";
  Words words = train_words(data, run, {"--set", "data.workers=2", "--stop-after", "1"});
  *(std::find(words.begin(), words.end(), "--threads") + 1) = "3";
  const Faulted counted = with_faults(words, {.below = run});
  ASSERT_EQ(counted.code, 0) << counted.err;
  ASSERT_GE(counted.thread, 6);  // two for --threads, two of OpenMP, two workers
  std::map<std::string, int> seen;
  for (const bool staying : {false, true}) {
    for (std::int64_t n = 1; n <= counted.thread; ++n) {
      fs::remove_all(run);
      const Faulted f =
          with_faults(words, {.fault = fmt::format("thread:{}{}:fail", n, staying ? "+" : ""), .below = run});
      EXPECT_EQ(f.code, 1) << n << f.err;
      EXPECT_TRUE(contains(f.err, "Resource temporarily unavailable"));
      for (const char* who : {"doppel: [threads]", "doppel: [loader]", "libgomp: "})
        seen[who] += f.err.find(who) != std::string::npos;
    }
  }
  EXPECT_GE(seen["doppel: [threads]"], 4);
  EXPECT_GE(seen["doppel: [loader]"], 4);
  // Only where the system gave the threads to us and then not to OpenMP.
  EXPECT_LE(seen["libgomp: "], 4);
}

// Libraries too then get no more, and oneDNN 2 does not look whether it did.
TEST(LimitOfMemory, IsAMessageWhereverItLies) {
  DG_NEEDS_FAULTS();
  const fs::path data = pattern_folder("limit_data", 12, 2), run = fresh_folder("limit_run") / "run";
  constexpr std::size_t mebibyte = std::size_t{1} << 20, step = 15 * mebibyte;
  int refused = 0;
  std::size_t limit = 100 * mebibyte;
  // The libraries take memory before main() runs, and those of CUDA end with a signal where they get too
  // little.
  while (limit < 4096 * mebibyte && Program({"--help"}, std::nullopt, {}, limit).finish().code != 0)
    limit += step;
  for (; limit < 4096 * mebibyte; limit += step) {
    fs::remove_all(run);
    const Finished f =
        Program(train_words(data, run, {"--steps", "1"}), std::nullopt, {"OMP_NUM_THREADS=1"}, limit)
            .finish();
    if (f.code == 0) break;
    EXPECT_EQ(f.code, 1) << limit << ": " << f.err;
    EXPECT_TRUE(contains(f.err, "doppel: "));
    ++refused;
  }
  EXPECT_GT(refused, 1);
  std::cout << refused << " limits refused\n";
}

}  // namespace
}  // namespace dg
