// doppel bench mining small|full: what doppelganger mining adds to the time of a training step. Steps with
// and without it alternate on the same network and data, so that any other load on the machine slows down
// both alike.
#include <fmt/format.h>

#include "apps/bench/bench.h"
#include "apps/bench/training.h"
#include "apps/options.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

struct MiningArguments {
  BenchWorkOptions work;
  DeviceOption device;
  std::int64_t rounds = 40;
  int threads = 0;
  BenchOutput output;
};

double timed_step(BenchTraining& training, Device device, bool mining) {
  const double start = seconds_now();
  training.step(mining);
  backend(device).synchronize();
  return seconds_now() - start;
}

void run_mining(const MiningArguments& a) {
  use_threads(a.threads);
  const Device device = a.device.choose();
  const BenchWork work = a.work.work();
  BenchTraining training(work, BenchLoss::joint, device);
  for (int i = 0; i < 2; ++i) {  // until every buffer exists
    training.step(true);
    training.step(false);
  }
  // A round is on, off, off, on, so that a machine that becomes faster or slower meanwhile favours neither.
  std::vector<double> on, off, added;
  for (std::int64_t round = 0; round < a.rounds; ++round) {
    const double first = timed_step(training, device, true), second = timed_step(training, device, false),
                 third = timed_step(training, device, false), fourth = timed_step(training, device, true);
    on.insert(on.end(), {first, fourth});
    off.insert(off.end(), {second, third});
    added.push_back((first + fourth) / (second + third) - 1);
  }
  const Spread with = spread(on), without = spread(off), more = spread(added);
  const BenchJson json{{"work", work.name},          {"device", name(device)},         {"threads", threads()},
                       {"batch", work.batch},        {"classes", work.classes},        {"rounds", a.rounds},
                       {"on_ms", 1e3 * with.median}, {"off_ms", 1e3 * without.median}, {"added", more.median},
                       {"added_lower", more.lower},  {"added_upper", more.upper}};
  a.output.write(
      fmt::format("{} on {}, {} threads, batch {}, {} classes, L2-Softmax and margin loss\n"
                  "mining on   {:10.3f} ms a step\n"
                  "mining off  {:10.3f} ms a step\n"
                  "added       {:10.2f}% (half of the {} rounds within {:.2f} .. {:.2f}%)\n",
                  work.name, name(device), threads(), work.batch, work.classes, 1e3 * with.median,
                  1e3 * without.median, 100 * more.median, a.rounds, 100 * more.lower, 100 * more.upper),
      json);
}

}  // namespace

void add_bench_mining(CLI::App& bench) {
  auto a = std::make_shared<MiningArguments>();
  CLI::App* command =
      bench.add_subcommand("mining", "Measure what doppelganger mining adds to a training step");
  a->work.add(*command);
  command->add_option("--rounds", a->rounds, "Rounds of four steps")
      ->check(at_least(1))
      ->capture_default_str();
  a->device.add(*command);
  add_threads(*command, a->threads);
  a->output.add_option(*command);
  add_examples(*command,
               {{"doppel bench mining", "Compare steps with and without mining in a small network."},
                {"doppel bench mining --classes 1000000 --rounds 5",
                 "Compare them at a million classes, in five rounds."}});
  command->callback([a] { run_mining(*a); });
}

}  // namespace dg
