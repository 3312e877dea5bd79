// doppel train DATA --run DIR: trains on a folder of photos, one folder per identity, or on the files that a
// dataset.toml names. Exit code: 0 trained, 130 stopped by a signal, 3 stopped by a guard (collapse, a loss
// that is not finite), 1 any other failure.
#include <fmt/format.h>

#include <unistd.h>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/recipes.h"
#include "apps/signals.h"
#include "apps/usage.h"
#include "interop/number_text.h"
#include "tensor/parallel.h"
#include "training/run/run_request.h"
#include "training/trainer.h"

namespace dg {
namespace {

// Stands for the folder of --run where --resume names none.
constexpr const char* folder_of_run = "--run";

struct TrainArguments {
  std::string data, moved_data, run, recipe, init, resume;
  DeviceOption device;
  std::vector<std::string> set;
  std::optional<std::int64_t> steps, stop_after, seed, extend;
  std::optional<double> epochs;
  int threads = 0;
  bool resumes = false;
};

RunRequest request_of(const TrainArguments& a) {
  require_usage(a.data.empty() || a.moved_data.empty(), "train", "required one DATA, got {} and --data {}",
                a.data, a.moved_data);
  RunRequest r{.data = a.moved_data.empty() ? a.data : a.moved_data,
               .run = a.run,
               .settings = a.set,
               .resume = a.resumes,
               .extend = a.extend};
  if (!a.resume.empty()) {
    // --resume RUN; or, as older versions had it, --resume before DATA and --run RUN.
    if (a.run.empty()) {
      r.run = a.resume;
    } else {
      require_usage(r.data.empty(), "train", "required one folder of a run, got --run {} and --resume {}",
                    a.run, a.resume);
      r.data = a.resume;
    }
  }
  require_usage(!r.extend || !r.run.empty(), "train", "--extend goes on with a run: --resume RUN, got none");
  require_usage(!r.data.empty() || r.resume || r.extend, "train", "DATA is required, got none");
  require_usage(!a.steps || !a.epochs, "train",
                "--steps and --epochs name one length twice: give one of them");
  if (a.steps) r.settings.push_back(fmt::format("steps={}", *a.steps));
  if (a.epochs) r.settings.push_back(fmt::format("epochs={}", *a.epochs));
  if (a.seed) r.settings.push_back(fmt::format("seed={}", *a.seed));
  if (!a.recipe.empty()) r.recipe = find_recipe(a.recipe);
  if (!a.init.empty()) r.init = a.init;
  return r;
}

int run_train(const TrainArguments& a) {
  TrainOptions options = prepare(request_of(a));
  options.device = a.device.choose();
  options.stop_after = a.stop_after;
  options.stop = &stop_asked;
  options.before_steps = stop_on_signals;
  use_threads(a.threads);
  const TrainResult result = train(options);
  if (result.steps == result.first && result.steps == options.config.steps) {
    say(STDOUT_FILENO, fmt::format("{} is at its end, after {} steps; --resume {} --extend N adds N steps\n",
                                   result.run.string(), result.steps, result.run.string()));
    return 0;
  }
  // What was trained is in the run folder, so the run has not failed where this line cannot be written.
  say(STDOUT_FILENO,
      fmt::format("{} {}, {:.0f} s{}, checkpoint {}/checkpoints/step-{}.safetensors\n",
                  result.stopped ? "stopped after" : "trained", how_many(result.steps, "step"),
                  result.seconds,
                  result.steps > 0 ? fmt::format(", softmax loss {:.4f}", result.prototype_loss) : "",
                  result.run.string(), result.steps));
  return result.stopped ? 130 : 0;  // what a shell expects of an interrupted program
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto a = std::make_shared<TrainArguments>();
  CLI::App* command = app.add_subcommand(
      "train", "Train on a folder of photos (DATA/<identity>/<photo>.jpg) or a dataset.toml");
  add_data(*command, a->data)->required(false);
  command->add_option("--data", a->moved_data, "The same, for a run that goes on with data that were moved")
      ->option_text(value::data)
      ->group(group::data);
  command
      ->add_option(
          "--run", a->run,
          "Folder for the run's configuration, metrics and checkpoints; runs/<data>-<n> unless given")
      ->option_text(value::run)
      ->group(group::output);
  start_group(*command, group::training);
  add_recipe(*command, a->recipe);
  add_settings(*command, a->set, "section.key=value, over the recipe; may be repeated");
  command->add_option("--steps", a->steps, "Length of the schedule, in batches")->check(at_least(1));
  command->add_option("--epochs", a->epochs, "The same as how often each photo is seen, in the mean")
      ->check(above(0));
  command->add_option("--stop-after", a->stop_after, "End after this many steps, with the schedule unchanged")
      ->check(at_least(0));
  command->add_option("--seed", a->seed, "Seed of everything random")->check(at_least(0));
  a->device.add(*command);
  add_threads(*command, a->threads);
  command
      ->add_option(
          "--init", a->init,
          "Checkpoint whose network weights to start from, or a run, whose network comes with its settings")
      ->option_text(value::file);
  command
      ->add_option_function<std::string>(
          "--resume",
          [a](const std::string& run) {
            a->resumes = true;
            if (run != folder_of_run) a->resume = run;
          },
          "Go on with that run from its newest good checkpoint; data and settings are the run's")
      ->expected(0, 1)
      ->default_str(folder_of_run)
      ->option_text(value::run);
  command
      ->add_option("--extend", a->extend,
                   "Go on after the end: so many steps more, over which the rate falls once again")
      ->check(at_least(1));
  add_examples(*command,
               {{"doppel train people", "Train with settings made for these photos, in runs/people-1."},
                {"doppel train --resume runs/people-1", "Go on with it."},
                {"doppel train people --run runs/wide --recipe celeba5k --set network.width=0.5",
                 "Train by a recipe with one setting changed."}});
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
