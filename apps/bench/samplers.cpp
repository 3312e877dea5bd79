// doppel bench samplers: what each way of choosing the classes of a batch costs beyond random sampling, in
// time per step and memory per class: the paper's "negligible extra computation and memory" as numbers.
//
// Classes have synthetic scores and embeddings, because costs do not depend on their values. Parts of a step:
//   choose   BatchSampler::next, without the network
//   learn    DoppelgangerList::observe
//   scores   finding the highest wrong class, beyond the softmax's own pass over the scores
//   embed    forward passes of photos that only help to choose classes: photos x time of one photo
//   graph    finding all neighbours once per epoch, divided by the steps of an epoch
#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/samplers_parts.h"
#include "apps/bench/training.h"
#include "apps/options.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

struct SamplersArguments {
  std::vector<std::int64_t> classes{20'000, 1'000'000};
  std::int64_t embedding = 128, photos = 60, rounds = 200;
  int random_classes = 9, threads = 0;
  std::optional<double> step_ms;
  BenchOutput output;
};

/// Milliseconds of a step by `training`, mining off; and of one photo's forward pass.
struct StepTime {
  double step = 0, photo = 0;
  bool measured = false;
};

StepTime time_step(const SamplersArguments& a, std::int64_t classes) {
  // The forward pass and the gradients with respect to inputs and to weights cost about the same, so the
  // forward pass of one photo is a third of its share of a step.
  if (a.step_ms) return {.step = *a.step_ms, .photo = *a.step_ms / 3 / bench_batch};
  BenchWork work = BenchWorkOptions().work();
  work.network.embedding = a.embedding;
  work.classes = classes;
  StepTime time{.measured = true};
  BenchTraining training(work, BenchLoss::joint, Device::cpu);
  training.step(false);
  time.step = median_ms(5, [&] { training.step(false); });
  time.photo = photo_ms(work.network);
  return time;
}

BenchJson line(const std::string& method, const SamplerCost& cost, const SamplerCost& random,
               const StepTime& time, std::int64_t classes) {
  const double embed = cost.photos_per_step * time.photo;
  const double extra =
      cost.choose_ms - random.choose_ms + cost.learn_ms + cost.scores_ms + embed + cost.graph_ms;
  const auto per_class = [&](std::int64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(classes);
  };
  return {{"method", method},
          {"choose_ms", cost.choose_ms},
          {"learn_ms", cost.learn_ms},
          {"scores_ms", cost.scores_ms},
          {"photos_per_step", cost.photos_per_step},
          {"embed_ms", embed},
          {"graph_ms", cost.graph_ms},
          {"graph_s", cost.graph_s},
          {"extra_ms", extra},
          {"step_share", extra / time.step},
          {"bytes_per_class", per_class(cost.kept_bytes)},
          {"peak_bytes_per_class", per_class(cost.peak_bytes)}};
}

std::string samplers_table(const BenchJson& j) {
  std::string text = fmt::format(
      "batch {} x {}, N_r = {}, embedding {}, {} photos a class, {} threads; synthetic scores and "
      "embeddings\n",
      bench_batch / bench_images, bench_images, j["random_classes"].get<int>(), j["embedding"].get<int>(),
      j["photos"].get<int>(), j["threads"].get<int>());
  for (const BenchJson& size : j["sizes"]) {
    text +=
        fmt::format("\n{} classes: a step takes {:.1f} ms ({}), one photo's forward pass {:.3f} ms\n",
                    size["classes"].get<std::int64_t>(), size["step_ms"].get<double>(),
                    size["step_measured"].get<bool>() ? "measured" : "given", size["photo_ms"].get<double>());
    text += fmt::format("{:<14}{:>10}{:>10}{:>10}{:>16}{:>10}{:>10}{:>13}{:>16}\n", "ms a step", "choose",
                        "learn", "scores", "embed (photos)", "graph", "extra", "of the step", "bytes/class");
    for (const BenchJson& l : size["methods"]) {
      text += fmt::format(
          "{:<14}{:>10.4f}{:>10.4f}{:>10.4f}{:>16}{:>10.3f}{:>10.3f}{:>12.3f}%{:>16}\n",
          l["method"].get<std::string>(), l["choose_ms"].get<double>(), l["learn_ms"].get<double>(),
          l["scores_ms"].get<double>(),
          fmt::format("{:.2f} ({:.1f})", l["embed_ms"].get<double>(), l["photos_per_step"].get<double>()),
          l["graph_ms"].get<double>(), l["extra_ms"].get<double>(), 100 * l["step_share"].get<double>(),
          fmt::format("{:.4g} (top {:.4g})", l["bytes_per_class"].get<double>(),
                      l["peak_bytes_per_class"].get<double>()));
    }
    text += fmt::format("a graph takes {:.1f} s for its products ({} of {} classes measured)\n",
                        size["methods"].back()["graph_s"].get<double>(),
                        size["graph_rows"].get<std::int64_t>(), size["classes"].get<std::int64_t>());
  }
  return text;
}

void run_samplers(const SamplersArguments& a) {
  use_threads(a.threads);
  BenchJson json{{"threads", threads()},
                 {"embedding", a.embedding},
                 {"photos", a.photos},
                 {"random_classes", a.random_classes},
                 {"sizes", BenchJson::array()}};
  for (const std::int64_t classes : a.classes) {
    const StepTime time = time_step(a, classes);
    const SyntheticClasses world({.classes = static_cast<ClassId>(classes),
                                  .embedding = static_cast<std::size_t>(a.embedding),
                                  .photos = a.photos,
                                  .random_classes = a.random_classes,
                                  .rounds = a.rounds});
    const SamplerCost random = world.random();
    json["sizes"].push_back({{"classes", classes},
                             {"step_ms", time.step},
                             {"step_measured", time.measured},
                             {"photo_ms", time.photo},
                             {"graph_rows", world.graph_rows()},
                             {"methods", BenchJson::array()}});
    BenchJson& methods = json["sizes"].back()["methods"];
    methods.push_back(line("random", random, random, time, classes));
    methods.push_back(line("doppelganger", world.doppelganger(), random, time, classes));
    methods.push_back(line("hard_class", world.hard_class(), random, time, classes));
    methods.push_back(line("class_graph", world.class_graph(), random, time, classes));
  }
  a.output.write(samplers_table(json), json);
}

}  // namespace

void add_bench_samplers(CLI::App& bench) {
  auto a = std::make_shared<SamplersArguments>();
  CLI::App* command =
      bench.add_subcommand("samplers", "Measure what each sampling method costs, in time and memory");
  start_group(*command, group::measurement);
  command->add_option("--classes", a->classes, "Numbers of classes; 20000,1000000 by default")
      ->delimiter(',')
      ->check(between(bench_batch / bench_images, 1 << 24));
  command
      ->add_option("--step-ms", a->step_ms,
                   "Time of a training step to compare with; by default that of a small network (see "
                   "doppel bench step) with a classifier of so many classes is measured")
      ->check(above(0));
  command->add_option("--embedding", a->embedding, "Size of the embedding")
      ->check(between(1, 4096))
      ->capture_default_str();
  command->add_option("--photos", a->photos, "Photos of a class: they make the length of an epoch")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--random-classes", a->random_classes, "Random classes of a batch (N_r)")
      ->check(between(1, bench_batch / bench_images))
      ->capture_default_str();
  command->add_option("--rounds", a->rounds, "Batches to time")->check(at_least(1))->capture_default_str();
  add_threads(*command, a->threads);
  a->output.add_option(*command);
  add_examples(*command,
               {{"doppel bench samplers", "Compare the methods at 20,000 and at a million classes."},
                {"doppel bench samplers --classes 5000 --step-ms 400",
                 "Compare them beside a training step of 0.4 s."}});
  command->callback([a] { run_samplers(*a); });
}

}  // namespace dg
