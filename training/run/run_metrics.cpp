#include "training/run/run_metrics.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace dg {
namespace {

double number(const std::vector<Parameter*>& parameters, const char* name) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter* p) { return p->name == name; });
  return (*found)->value.value().to_vector()[0];
}

// The smallest and largest a of all channels (ARFA, eq. 1): at its floor a channel is nearly flat below zero.
std::pair<double, double> range_of_a(const std::vector<Parameter*>& parameters) {
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const Parameter* p : parameters) {
    if (!p->name.ends_with(".a")) continue;
    const auto values = p->value.value().to_vector();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    lowest = std::min<double>(lowest, *low);
    highest = std::max<double>(highest, *high);
  }
  return {lowest, highest};
}

}  // namespace

void RunMetrics::keep(std::deque<double>& recent, double value) {
  recent.push_back(value);
  if (recent.size() > 500) recent.pop_front();
}

double RunMetrics::mean(const std::deque<double>& recent) {
  return recent.empty()
             ? 0
             : std::accumulate(recent.begin(), recent.end(), 0.0) / static_cast<double>(recent.size());
}

// DGRM, then both windows, each a vector of the bits of doubles.
State RunMetrics::save() const {
  StateWriter out("DGRM");
  for (const auto* recent : {&l2_softmax_, &violating_}) {
    std::vector<std::uint64_t> bits;
    for (const double value : *recent) bits.push_back(std::bit_cast<std::uint64_t>(value));
    out.put(bits);
  }
  return std::move(out).finish();
}

void RunMetrics::load(const State& state) {
  StateReader in(state, "DGRM");
  for (auto* recent : {&l2_softmax_, &violating_}) {
    recent->clear();
    for (const std::uint64_t bits : in.get_vector<std::uint64_t>())
      keep(*recent, std::bit_cast<double>(bits));
  }
  in.finish();
}

void RunMetrics::start(std::int64_t steps_done, double now) {
  logged_step_ = steps_done;
  logged_at_ = now;
}

void RunMetrics::add(const StepResult& step) {
  latest_ = step;
  keep(l2_softmax_, step.l2_softmax);
  keep(violating_, step.pairs.negative.violating);
}

double RunMetrics::input_bound(const Trainer& trainer) const {
  return trainer.seconds_waited_for_photos() / std::max(1e-9, training_);
}

void RunMetrics::write(RunLog& log, Trainer& trainer, const Profile& profile, double now, std::int64_t last) {
  const StepResult& r = latest_;
  const double since = std::max(1e-9, now - logged_at_), wait = trainer.seconds_waited_for_photos(),
               sampling = trainer.seconds_sampling();
  const std::int64_t done = trainer.next_step();
  const double steps = static_cast<double>(std::max<std::int64_t>(1, done - logged_step_));
  const double images_per_second = static_cast<double>((done - logged_step_) * images_) / since;
  const ListFigures list = trainer.measure_list();
  const std::vector<Parameter*> parameters = trainer.parameters();
  const auto [a_min, a_max] = range_of_a(parameters);
  RunLog::Fields fields{{"step", static_cast<double>(done)},
                        {"rate", r.rate},
                        {"loss", r.total},
                        {"l2_softmax", r.l2_softmax},
                        {"lifted", r.lifted},
                        {"margin", r.margin},
                        {"l2_softmax_recent", l2_softmax()},
                        {"positive_cosine", r.pairs.positive.mean_cosine},
                        {"negative_cosine", r.pairs.negative.mean_cosine},
                        {"positive_violating", r.pairs.positive.violating},
                        {"negative_violating", r.pairs.negative.violating},
                        {"gradient_norm", trainer.optimiser().gradient_norm()},
                        {"alpha", number(parameters, "l2_softmax.alpha")},
                        {"beta", number(parameters, "margin.beta")},
                        {"arfa_a_min", a_min},
                        {"arfa_a_max", a_max},
                        {"list_filled", list.filled},
                        {"list_changed", list.changed},
                        {"in_degree_max", static_cast<double>(list.in_degree_max)},
                        {"in_degree_gini", list.in_degree_gini},
                        {"distinct_classes_1000", static_cast<double>(trainer.distinct_classes(1000))},
                        {"sampler_ms", 1e3 * (sampling - sampled_) / steps},
                        {"sampler_share", (sampling - sampled_) / since},
                        {"sampler_bytes", static_cast<double>(trainer.sampler_bytes())},
                        {"images_per_second", images_per_second},
                        {"input_wait", (wait - waited_) / since},
                        {"input_bound", input_bound(trainer)}};
  for (const Part part : kParts) {  // shares of the step just done
    fields.emplace_back(fmt::format("time_{}", name(part)),
                        profile.seconds(part) / std::max(1e-9, profile.seconds()));
  }
  log.metrics(fields);
  log.progress(done, {{"loss", r.total}, {"l2s", r.l2_softmax}, {"lifted", r.lifted}, {"margin", r.margin}},
               images_per_second, static_cast<double>((last - done) * images_) / images_per_second);
  logged_at_ = now;
  waited_ = wait;
  sampled_ = sampling;
  logged_step_ = done;
}

}  // namespace dg
