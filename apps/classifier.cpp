// doppel classifier RUN DATA: learns a classifier over base and novel identities on a run's network, and
// compares it with plain prototypes (section 4.2.8).
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/options.h"
#include "tensor/parallel.h"
#include "training/run/classifier_run.h"

namespace dg {
namespace {

struct ClassifierArguments {
  std::string run, data, checkpoint = best_or_last;
  JsonOption json;
  DeviceOption device;
  std::vector<std::string> set;
  std::optional<std::int64_t> seed;
  int threads = 0;
  KnownBy known_by = KnownBy::photos;
};

void print(const ClassifierRunResult& r) {
  const auto line = [](const std::string& what, double a, double b, double c) {
    fmt::print("{:<18}{:>11.2f}%{:>14.2f}%{:>17.2f}%\n", what, 100 * a, 100 * b, 100 * c);
  };
  const OneShotResult &p = r.prototypes, &s = r.start, &l = r.learnt;
  fmt::print("{:<18}{:>12}{:>15}{:>18}\n", "", "prototypes", "class means", "classifier");
  fmt::print("{:<18}{:>12}{:>15}{:>18}\n", "confidence", "cosine", "probability", "probability");
  if (p.novel_top1) line("novel top-1", *p.novel_top1, *s.novel_top1, *l.novel_top1);
  for (std::size_t i = 0; p.coverage && i < required_precisions.size(); ++i) {
    line(fmt::format("coverage at {}%", 100 * required_precisions[i]), (*p.coverage)[i].coverage(),
         (*s.coverage)[i].coverage(), (*l.coverage)[i].coverage());
  }
  if (p.base_top1) line("base top-1", *p.base_top1, *s.base_top1, *l.base_top1);
  fmt::print(
      "{} novel and {} base photos, {} identities; {} iterations in {:.1f} s, loss {:.4f} -> {:.4f}, alpha "
      "{:.2f} -> {:.2f}\n",
      l.novel.size(), l.base.size(), l.identities, r.iterations, r.seconds, r.first_loss, r.last_loss,
      r.alpha_start, r.alpha);
}

void run_classifier(const ClassifierArguments& a) {
  use_threads(a.threads);
  std::vector<std::string> settings = a.set;
  if (a.seed) settings.push_back(fmt::format("seed={}", *a.seed));
  EvaluateOptions options;
  options.data = a.data;
  options.checkpoint = a.checkpoint;
  options.device = a.device.choose();
  options.known_by = a.known_by;
  options.brief = a.json.file() == "-";
  options.note = print_note;
  const ClassifierRunResult result = learn_on_run(a.run, options, settings);
  a.json.write([&] { print(result); }, to_json(result));
}

}  // namespace

void add_classifier_command(CLI::App& app) {
  auto a = std::make_shared<ClassifierArguments>();
  CLI::App* command = app.add_subcommand(
      "classifier", "Learn a classifier over base and novel identities on a trained network");
  command->add_option("RUN", a->run, "Run folder of doppel train; gets classifier.safetensors and .json")
      ->required()
      ->option_text(value::run);
  add_data(*command, a->data);
  add_settings(*command, a->set, "classifier.key=value, over the run's settings; may be repeated");
  command->add_option("--seed", a->seed, "Seed of the batches; the run's unless given")
      ->check(at_least(0))
      ->group(group::training);
  a->json.add(*command);
  add_checkpoint(*command, a->checkpoint);
  add_known_by(*command, a->known_by, false);
  a->device.add(*command);
  add_threads(*command, a->threads);
  add_examples(*command,
               {{"doppel classifier runs/first people", "Learn a classifier over everybody in people."},
                {"doppel classifier runs/first people --set classifier.iterations=2000 --json -",
                 "Learn for longer, and print the figures as JSON."}});
  command->callback([a] { run_classifier(*a); });
}

}  // namespace dg
