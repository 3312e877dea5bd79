// doppel demo DIR: the paper's comparison in small, on generated faces. The same network is trained with the
// same seed and budget, once with random and once with doppelganger sampling. How well does each recognise
// people of whom it has seen one photo?
#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <thread>

#include "apps/commands.h"
#include "apps/exit_codes.h"
#include "apps/options.h"
#include "apps/recipes.h"
#include "apps/signals.h"
#include "data/faces/generated_faces.h"
#include "data/families.h"
#include "interop/atomic_file.h"
#include "interop/whole_file.h"
#include "tensor/check.h"
#include "tensor/parallel.h"
#include "tensor/stopwatch.h"
#include "training/run/evaluate_run.h"
#include "training/run/run_folder.h"
#include "training/run/run_log.h"
#include "training/run/run_metrics.h"
#include "training/run/train_run.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// In the folder, and in each run that the demo makes there: that it is the demo's and may be replaced.
constexpr const char* marker = "doppel-demo.txt";

struct DemoArguments {
  std::string folder = "runs/demo", recipe = "demo";
  std::vector<std::string> set;
  std::int64_t base = 3000, novel = 600;
  int photos = 40;
  std::uint64_t seed = 0;
};

struct Arm {
  std::string name;
  TrainResult training;
  OneShotResult scores;
  double family_share = 0;  // share of the final list's entries that are of the identity's own family
};

double family_share(const TrainResult& r, const std::vector<int>& family) {
  std::size_t filled = 0, right = 0;
  for (std::size_t c = 0; c < r.doppelgangers.size(); ++c) {
    if (r.doppelgangers[c] < 0) continue;
    ++filled;
    right += family[c] == family[static_cast<std::size_t>(r.doppelgangers[c])];
  }
  return filled == 0 ? 0 : static_cast<double>(right) / static_cast<double>(filled);
}

nlohmann::ordered_json to_json(const Arm& arm) {
  nlohmann::ordered_json j = dg::to_json(arm.scores);
  j["l2_softmax"] = arm.training.prototype_loss;
  j["family_share"] = arm.family_share;
  j["distinct_identities"] = arm.training.distinct_classes;
  j["distinct_identities_per_1000_steps"] = arm.training.distinct_classes_1000;
  j["negative_violating"] = arm.training.violating_negative;
  j["training_seconds"] = arm.training.seconds;
  return j;
}

void print_table(const Arm& a, const Arm& b) {
  const auto line = [](const std::string& what, const std::string& x, const std::string& y) {
    fmt::print("{:<44}{:>12}{:>16}\n", what, x, y);
  };
  const auto percent = [&](const char* what, std::optional<double> x, std::optional<double> y) {
    const auto text = [](std::optional<double> v) { return v ? fmt::format("{:.2f}%", 100 * *v) : "-"; };
    line(what, text(x), text(y));
  };
  line("", a.name, b.name);
  const std::int64_t recent = std::min(a.training.steps, recent_steps(a.training.steps));
  line(fmt::format("softmax loss (last {} steps)", recent), fmt::format("{:.4f}", a.training.prototype_loss),
       fmt::format("{:.4f}", b.training.prototype_loss));
  percent("novel top-1", a.scores.novel_top1, b.scores.novel_top1);
  const char* names[] = {"coverage at 90% precision", "coverage at 95% precision",
                         "coverage at 99% precision", "coverage at 99.9% precision"};
  for (std::size_t i = 0; i < 4 && a.scores.coverage && b.scores.coverage; ++i)
    percent(names[i], (*a.scores.coverage)[i].coverage(), (*b.scores.coverage)[i].coverage());
  percent("base top-1", a.scores.base_top1, b.scores.base_top1);
  percent("mined doppelgangers that are family", a.family_share, b.family_share);
  line("distinct identities seen", fmt::format("{}", a.training.distinct_classes),
       fmt::format("{}", b.training.distinct_classes));
  line("distinct identities in the last 1,000 steps", fmt::format("{}", a.training.distinct_classes_1000),
       fmt::format("{}", b.training.distinct_classes_1000));
  line(fmt::format("violating negative pairs (last {} steps)", recent),
       fmt::format("{:.3f}%", 100 * a.training.violating_negative),
       fmt::format("{:.3f}%", 100 * b.training.violating_negative));
}

// All 27 classes of the recipe's batch are random, or 9 and their doppelgangers.
struct ArmPlan {
  const char* name;
  int random_classes;
};
constexpr ArmPlan plans[2] = {{"random", 27}, {"doppelganger", 9}};

Config config_of(const DemoArguments& a, const ArmPlan& plan) {
  std::vector<std::string> settings{fmt::format("data.base_identities={}", a.base),
                                    fmt::format("seed={}", a.seed)};
  settings.insert(settings.end(), a.set.begin(), a.set.end());
  settings.push_back(fmt::format("sampling.random_classes={}", plan.random_classes));
  Config config = load_config(find_recipe(a.recipe), settings);
  validate(config);
  return config;
}

// The people are told apart by these numbers, so a run goes on only with the same ones.
std::string run_marker(const DemoArguments& a) {
  return fmt::format(
      "doppel demo made this run of {} base and {} novel people with {} photos each. Started again with the "
      "same settings it goes on with a run that was stopped; otherwise it replaces this one.\n",
      a.base, a.novel, a.photos);
}

// Whether a demo with these arguments was stopped in this run.
bool goes_on(const DemoArguments& a, const ArmPlan& plan, const fs::path& run) try {
  return read_file_text(run / marker) == run_marker(a) && holds_a_run(run) &&
         differences(run_config(run), config_of(a, plan), Compare::results).empty();
} catch (const Error&) {
  return false;
}

// Makes the folder the demo's. Runs of an earlier demo that was finished, or had other arguments, are
// removed; what the demo has not made is in its way.
void claim_folder(const DemoArguments& a) {
  const fs::path folder = a.folder;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw IoError(fmt::format("{}: {}", folder.string(), failed.message()));
  if (!fs::exists(folder / marker)) {
    for (const char* name : {"random", "doppelganger", "random.log", "doppelganger.log", "summary.json"}) {
      if (fs::exists(fs::symlink_status(folder / name)))
        throw Error(
            fmt::format("{} is there, and no demo of this version made it; choose another folder, or "
                        "move it away",
                        (folder / name).string()));
    }
  }
  write_file_atomically(
      folder / marker,
      "doppel demo made this folder. Started again it goes on with its runs, random and doppelganger, if "
      "they were stopped, and replaces them otherwise.\n");
  const fs::path summary = folder / "summary.json";
  const bool finished = fs::exists(fs::symlink_status(summary));
  for (const ArmPlan& plan : plans) {
    const fs::path run = folder / plan.name;
    const fs::file_status there = fs::symlink_status(run);  // a link may lead to anybody's run
    if (!fs::exists(there)) {
      fs::create_directory(run);
    } else if (fs::is_directory(there) && fs::exists(run / marker)) {
      if (finished || !goes_on(a, plan, run)) remove_run(run);
    } else {
      throw Error(fmt::format("{} is there, and no demo made it; choose another folder, or move it away",
                              run.string()));
    }
    write_file_atomically(run / marker, run_marker(a));
  }
  if (fs::is_regular_file(fs::symlink_status(summary))) fs::remove(summary);
}

// Trains and scores one arm; its messages go to FOLDER/<name>.log.
Arm run_arm(const DemoArguments& a, const fs::path& data, const ArmPlan& plan,
            std::atomic<std::int64_t>& done) {
  const fs::path run = fs::path(a.folder) / plan.name;
  const bool resume = holds_a_run(run);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log(
      std::fopen((run.string() + ".log").c_str(), resume ? "a" : "w"), &std::fclose);
  if (log == nullptr) throw IoError(fmt::format("{}.log: cannot be written", run.string()));
  Arm arm;
  arm.name = plan.name;
  arm.training = train({.data = data,
                        .run = run,
                        .config = config_of(a, plan),
                        .resume = resume,
                        .stop = &stop_asked,
                        .before_steps = stop_on_signals,
                        .steps_done = &done,
                        .console = log.get()});
  done = arm.training.steps;  // also where a run that goes on had none left to do
  if (arm.training.stopped) return arm;
  arm.family_share =
      family_share(arm.training, read_families(data / "families.csv", arm.training.identities));
  arm.scores = evaluate_one_shot(run, {.data = data, .checkpoint = "last"});  // both after as many steps
  return arm;
}

// Waits until both arms have done all steps, or a signal asks them to stop, and draws a line on the terminal,
// if there is one.
void show_progress(const std::atomic<std::int64_t> (&done)[2], std::int64_t steps) {
  const Stopwatch time;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  while ((done[0] < steps || done[1] < steps) && !stop_asked) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (!terminal) continue;
    const double seconds = time.seconds();
    const auto slowest = static_cast<double>(std::max<std::int64_t>(1, std::min(done[0], done[1])));
    fmt::print(stderr, "\rrandom {}/{}  doppelganger {}/{}  {} left\033[K", done[0].load(), steps,
               done[1].load(), steps, duration(seconds / slowest * (static_cast<double>(steps) - slowest)));
  }
  if (terminal) fmt::print(stderr, "\n");
}

// Both arms at once, each on half of the cores. The arms never wait for each other, but the threads of one
// arm do, at the end of every parallel loop.
std::vector<Arm> run_arms(const DemoArguments& a, const fs::path& data) {
  const int cores = std::max(1, threads() / 2);
  const std::int64_t steps = config_of(a, plans[0]).steps;
  std::vector<Arm> arms(2);
  std::atomic<std::int64_t> done[2] = {0, 0};
  std::exception_ptr failure[2];
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < 2; ++i) {
    workers.emplace_back([&, i] {
      try {
        set_threads(cores);
        arms[i] = run_arm(a, data, plans[i], done[i]);
      } catch (...) {
        failure[i] = std::current_exception();
        done[i] = steps;
      }
    });
  }
  show_progress(done, steps);
  fmt::print(stderr, "{}\n",
             stop_asked ? "stopping"
                        : fmt::format("recognising {} people of whom they have seen one photo", a.novel));
  for (std::jthread& worker : workers) worker.join();
  for (const std::exception_ptr& e : failure) {
    if (e) std::rethrow_exception(e);
  }
  return arms;
}

void run_demo(const DemoArguments& a) {
  const fs::path folder = a.folder, data = folder / "faces";
  for (const ArmPlan& plan : plans) config_of(a, plan);  // bad settings are named before anything is made
  claim_folder(a);
  const faces::GeneratedFaces faces({.identities = static_cast<int>(a.base + a.novel), .photos = a.photos});
  fmt::print(stderr, "{} people with {} photos each in {}\n", a.base + a.novel, a.photos, data.string());
  faces::write_folder(data, faces);
  const std::vector<Arm> arms = run_arms(a, data);
  if (arms[0].training.stopped || arms[1].training.stopped) {
    say(STDERR_FILENO,
        fmt::format("stopped after {} and {} steps, which are saved; the same command goes on\n",
                    arms[0].training.steps, arms[1].training.steps));
    throw CLI::RuntimeError(exit_code::stopped);
  }
  fmt::print("\n");
  print_table(arms[0], arms[1]);
  fmt::print("\nOne seed proves little: docs/results.md has three seeds and their spread.\n");
  nlohmann::ordered_json summary;
  for (const Arm& arm : arms) summary[arm.name] = to_json(arm);
  write_file_atomically(folder / "summary.json", summary.dump(2) + "\n");
}

}  // namespace

void add_demo_command(CLI::App& app) {
  auto a = std::make_shared<DemoArguments>();
  CLI::App* command =
      app.add_subcommand("demo", "Compare random with doppelganger sampling on generated faces");
  command->add_option("DIR", a->folder, "Where faces, runs and summary.json go")
      ->capture_default_str()
      ->option_text(value::folder);
  start_group(*command, group::data);
  command->add_option("--base", a->base, "People to train on")->check(at_least(1))->capture_default_str();
  command->add_option("--novel", a->novel, "People to recognise from one photo")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--photos", a->photos, "Photos of each person")
      ->check(at_least(1))
      ->capture_default_str();
  start_group(*command, group::training);
  add_recipe(*command, a->recipe)->capture_default_str();
  command->add_option("--seed", a->seed, "Seed of everything random")
      ->check(at_least(0))
      ->capture_default_str();
  add_settings(*command, a->set, "section.key=value, over the recipe; may be repeated");
  add_examples(*command,
               {{"doppel demo", "Compare on 3,000 known and 600 new people; nine minutes on two cores."},
                {"doppel demo runs/small --base 600 --novel 200 --set steps=500", "Do the same in small."}});
  command->callback([a] { run_demo(*a); });
}

}  // namespace dg
