// doppel bench step small|full: time and memory of whole training steps, and where the time goes.
#include <fmt/format.h>

#include <map>

#include "apps/bench/bench.h"
#include "apps/bench/training.h"
#include "apps/options.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

const Choices<BenchLoss> loss_words{{BenchLoss::l2_softmax, "l2_softmax"}, {BenchLoss::joint, "joint"}};
const Choices<bool> on_or_off{{true, "on"}, {false, "off"}};

constexpr int warm_up = 3;  // steps before the first timed one: then every buffer and every kernel exists

struct StepArguments {
  BenchWorkOptions work;
  BenchLoss loss = BenchLoss::l2_softmax;
  bool mining = true;
  DeviceOption device;
  std::optional<std::int64_t> steps;
  int threads = 0;
  BenchOutput output;
};

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// The parts and operations of `steps` profiled steps, in milliseconds per step.
BenchJson to_json(const Profile& profile, std::int64_t steps) {
  const double ms = 1e3 / static_cast<double>(steps);
  BenchJson json{
      {"ms", profile.seconds() * ms}, {"parts", BenchJson::object()}, {"operations", BenchJson::array()}};
  for (const Part part : all_parts) json["parts"][name(part)] = profile.seconds(part) * ms;
  for (const Profile::Line& line : profile.lines()) {
    json["operations"].push_back({{"operation", line.operation},
                                  {"part", name(line.part)},
                                  {"forward_ms", line.forward * ms},
                                  {"backward_ms", line.backward * ms}});
  }
  return json;
}

std::string step_table(const BenchJson& j) {
  std::string text = fmt::format(
      "{} on {}, {} threads: {} px, width {}, batch {}, {} classes, loss {}, mining {}; images are random "
      "numbers\n",
      j["work"].get<std::string>(), j["device"].get<std::string>(), j["threads"].get<int>(),
      j["input"].get<int>(), j["width"].get<double>(), j["batch"].get<int>(), j["classes"].get<int>(),
      j["loss"].get<std::string>(), j["mining"].get<bool>() ? "on" : "off");
  text += fmt::format("step    {:10.2f} ms (half of the {} steps within {:.2f} .. {:.2f})  {:.1f} images/s\n",
                      j["ms"].get<double>(), j["steps"].get<int>(), j["ms_lower"].get<double>(),
                      j["ms_upper"].get<double>(), j["images_per_second"].get<double>());
  text += fmt::format(
      "work    {:10.2f} GFLOP a step: {:.0f} GFLOP/s, {:.0f}% of the {:.0f} of a matrix product\n",
      j["gflop_per_step"].get<double>(), j["gflops"].get<double>(), 100 * j["share_of_peak"].get<double>(),
      j["peak_gflops"].get<double>());
  text += fmt::format("memory  {:10.0f} MB of the process at most, {:.0f} MB of it tensors\n",
                      j["resident_mb"].get<double>(), j["tensor_mb"].get<double>());
  const BenchJson& p = j["profile"];
  const double whole = p["ms"].get<double>();
  text += "\npart                    ms a step    share\n";
  for (const auto& [part, ms] : p["parts"].items()) {
    text += fmt::format("{:<20}{:13.3f}{:8.1f}%\n", part, ms.get<double>(), 100 * ms.get<double>() / whole);
  }
  text += fmt::format("{:<20}{:13.3f}\n", "sum", whole);
  text += "\noperation              part         forward ms  backward ms\n";
  for (const BenchJson& line : p["operations"]) {
    text += fmt::format("{:<22} {:<11}{:12.3f}{:13.3f}\n", line["operation"].get<std::string>(),
                        line["part"].get<std::string>(), line["forward_ms"].get<double>(),
                        line["backward_ms"].get<double>());
  }
  return text;
}

void run_step(const StepArguments& a) {
  use_threads(a.threads);
  const Device device = a.device.choose();
  const BenchWork work = a.work.work();
  const std::int64_t steps = a.steps.value_or(work.steps);

  BenchTraining training(work, a.loss, device);
  const double loss_before = training.step(a.mining);
  for (int i = 1; i < warm_up; ++i) training.step(a.mining);
  backend(device).synchronize();
  std::vector<double> times, losses;
  for (std::int64_t i = 0; i < steps; ++i) {
    const double start = seconds_now();
    losses.push_back(training.step(a.mining));
    backend(device).synchronize();
    times.push_back(seconds_now() - start);
  }
  const double resident = static_cast<double>(peak_resident_bytes());
  const double tensors = static_cast<double>(allocator_statistics(device).peak_in_use);

  Profile profile(device);
  const std::int64_t profiled = std::min<std::int64_t>(steps, 10);
  for (std::int64_t i = 0; i < profiled; ++i) {
    const Profiling on(&profile);
    training.step(a.mining);
  }

  const Spread s = spread(times);
  const double peak = peak_flops(device), flops = training.flop_per_step() / s.median;
  const BenchJson json{{"work", work.name},
                       {"device", name(device)},
                       {"threads", threads()},
                       {"input", work.network.input},
                       {"width", work.network.width},
                       {"batch", work.batch},
                       {"classes", work.classes},
                       {"embedding", work.network.embedding},
                       {"loss", word_of(loss_words, a.loss)},
                       {"mining", a.mining},
                       {"network_parameters", training.network_parameters()},
                       {"head_parameters", training.classifier_parameters()},
                       {"macs_per_image", training.macs_per_image()},
                       {"steps", steps},
                       {"ms", 1e3 * s.median},
                       {"ms_lower", 1e3 * s.lower},
                       {"ms_upper", 1e3 * s.upper},
                       {"images_per_second", static_cast<double>(work.batch) / s.median},
                       {"gflop_per_step", training.flop_per_step() / 1e9},
                       {"gflops", flops / 1e9},
                       {"peak_gflops", peak / 1e9},
                       {"share_of_peak", flops / peak},
                       {"resident_mb", resident / 1e6},
                       {"tensor_mb", tensors / 1e6},
                       {"loss_first", loss_before},
                       {"loss_mean", mean(losses)},
                       {"profile", to_json(profile, profiled)}};
  a.output.write(step_table(json), json);
}

}  // namespace

void add_bench_step(CLI::App& bench) {
  auto a = std::make_shared<StepArguments>();
  CLI::App* command =
      bench.add_subcommand("step", "Measure time and memory of training steps, and where they go");
  a->work.add(*command);
  command->add_option("--steps", a->steps, "Steps to time; 30 (small) or 10 (full) by default")
      ->check(at_least(1));
  add_choice(*command, "--loss", a->loss, loss_words, "l2_softmax, or joint: with the margin loss");
  add_choice(*command, "--mining", a->mining, on_or_off, "on or off");
  a->device.add(*command);
  add_threads(*command, a->threads);
  a->output.add_option(*command);
  add_examples(*command, {{"doppel bench step", "Time 30 steps of a small network."},
                          {"doppel bench step full --loss joint --device cpu --json -",
                           "Time ten steps of Table 1's network, as JSON."}});
  command->callback([a] { run_step(*a); });
}

}  // namespace dg
