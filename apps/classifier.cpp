// doppel classifier RUN DATA: learns a classifier over base and novel identities on a run's network, and
// compares it with plain prototypes (section 4.2.8).
#include <fmt/format.h>

#include <fstream>

#include "apps/commands.h"
#include "apps/device.h"
#include "tensor/parallel.h"
#include "training/run/classifier_run.h"

namespace dg {
namespace {

struct ClassifierArguments {
  std::string run, data, json, checkpoint = "last", device = "auto";
  std::vector<std::string> set;
  std::optional<std::int64_t> seed;
  int threads = 0;
};

void print(const ClassifierRunResult& r) {
  const auto line = [](const std::string& what, double a, double b, double c) {
    fmt::print("{:<18}{:>11.2f}%{:>14.2f}%{:>17.2f}%\n", what, 100 * a, 100 * b, 100 * c);
  };
  const OneShotResult &p = r.prototypes, &s = r.start, &l = r.learnt;
  fmt::print("{:<18}{:>12}{:>15}{:>18}\n", "", "prototypes", "class means", "classifier");
  fmt::print("{:<18}{:>12}{:>15}{:>18}\n", "confidence", "cosine", "probability", "probability");
  line("novel top-1", p.novel_top1, s.novel_top1, l.novel_top1);
  for (std::size_t i = 0; i < required_precisions.size(); ++i) {
    line(fmt::format("coverage at {}%", 100 * required_precisions[i]), p.coverage[i].coverage(),
         s.coverage[i].coverage(), l.coverage[i].coverage());
  }
  if (p.base_top1) line("base top-1", *p.base_top1, *s.base_top1, *l.base_top1);
  fmt::print(
      "{} novel and {} base photos, {} identities; {} iterations in {:.1f} s, loss {:.4f} -> {:.4f}, alpha "
      "{:.2f} -> {:.2f}\n",
      l.novel.size(), l.base.size(), l.identities, r.iterations, r.seconds, r.first_loss, r.last_loss,
      r.alpha_start, r.alpha);
}

void run_classifier(const ClassifierArguments& a) {
  set_threads(a.threads);
  std::vector<std::string> settings = a.set;
  if (a.seed) settings.push_back(fmt::format("seed={}", *a.seed));
  EvaluateOptions options;
  options.data = a.data;
  options.checkpoint = a.checkpoint;
  options.device = choose_device(a.device);
  options.note = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  const ClassifierRunResult result = learn_on_run(a.run, options, settings);
  const std::string text = to_json(result).dump(2) + "\n";
  if (a.json == "-") {
    fmt::print("{}", text);
    return;
  }
  print(result);
  if (a.json.empty()) return;
  std::ofstream out(a.json, std::ios::binary);
  out << text;
  if (!out.flush()) throw IoError(fmt::format("{}: cannot be written", a.json));
}

}  // namespace

void add_classifier_command(CLI::App& app) {
  auto a = std::make_shared<ClassifierArguments>();
  CLI::App* command = app.add_subcommand(
      "classifier", "Learn a classifier over base and novel identities on a trained network");
  command->add_option("run", a->run, "Run folder of doppel train; gets classifier.safetensors and .json")
      ->required();
  command->add_option("data", a->data, "Folder of identity folders, or a dataset.toml")->required();
  command->add_option("--set", a->set, "classifier.key=value, over the run's settings; may be repeated")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  command->add_option("--seed", a->seed, "Seed of the batches; the run's unless given")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--json", a->json, "Write the figures as JSON; - = to stdout instead of the table");
  command->add_option("--checkpoint", a->checkpoint, "last, best or a file")->capture_default_str();
  command->add_option("--device", a->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--threads", a->threads, "Compute threads; 0 = all cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->callback([a] { run_classifier(*a); });
}

}  // namespace dg
