// doppel train DATA --run DIR: trains on a folder of photos, one folder per identity, or on the files that a
// dataset.toml names. Exit code: 0 trained, 130 stopped by a signal, 3 stopped by a guard (collapse, a loss
// that is not finite), 1 any other failure.
#include <fmt/format.h>

#include <unistd.h>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/signals.h"
#include "interop/paths.h"
#include "tensor/parallel.h"
#include "training/run/train_run.h"
#include "training/trainer.h"

namespace dg {
namespace {

struct TrainArguments {
  std::string data, run, recipe, init;
  DeviceOption device;
  std::vector<std::string> set;
  std::optional<std::int64_t> steps, stop_after, seed;
  int threads = 0;
  bool resume = false;
};

int run_train(const TrainArguments& a) {
  TrainOptions options;
  options.data = a.data;
  options.run = a.run;
  options.device = a.device.choose();
  options.stop_after = a.stop_after;
  options.resume = a.resume;
  options.stop = &stop_asked;
  options.before_steps = stop_on_signals;
  std::vector<std::string> settings = a.set;
  if (a.steps) settings.push_back(fmt::format("steps={}", *a.steps));
  if (a.seed) settings.push_back(fmt::format("seed={}", *a.seed));
  std::optional<std::filesystem::path> recipe;
  if (!a.recipe.empty()) {
    recipe = a.recipe;
  } else if (const auto own = options.run / "config.toml"; a.resume && path_exists(own)) {
    recipe = own;  // what a resume does not say again is as it was
  }
  options.config = load_config(recipe, settings);
  if (!a.init.empty()) options.init = a.init;
  use_threads(a.threads);
  const TrainResult result = train(options);
  // What was trained is in the run folder, so the run has not failed where this line cannot be written.
  say(STDOUT_FILENO,
      fmt::format(
          "{} {} steps, {:.0f} s, softmax loss {:.4f}, checkpoint {}/checkpoints/step-{}.safetensors\n",
          result.stopped ? "stopped after" : "trained", result.steps, result.seconds, result.prototype_loss,
          a.run, result.steps));
  return result.stopped ? 130 : 0;  // what a shell expects of an interrupted program
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto a = std::make_shared<TrainArguments>();
  CLI::App* command = app.add_subcommand(
      "train", "Train on a folder of photos (DATA/<identity>/<photo>.jpg) or a dataset.toml");
  add_data(*command, a->data);
  command->add_option("--run", a->run, "Folder for the run's configuration, metrics and checkpoints")
      ->required();
  command->add_option("--recipe", a->recipe, "Configuration file (TOML)");
  add_settings(*command, a->set, "section.key=value, over the recipe; may be repeated");
  command->add_option("--steps", a->steps, "Length of the schedule")->check(CLI::PositiveNumber);
  command->add_option("--stop-after", a->stop_after, "End after this many steps, with the schedule unchanged")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seed", a->seed, "Seed of everything random")->check(CLI::NonNegativeNumber);
  a->device.add(*command);
  add_threads(*command, a->threads);
  command->add_option("--init", a->init, "Checkpoint whose network weights to start from");
  command->add_flag("--resume", a->resume,
                    "Continue the run from its newest good checkpoint; settings not given are the run's");
  command->callback([a] {
    int code = 0;
    try {
      code = run_train(*a);
    } catch (const TrainingStopped& e) {  // has its own exit code: trying again would not help
      say(STDERR_FILENO, fmt::format("doppel: {}\n", e.what()));
      code = 3;
    }
    if (code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace dg
