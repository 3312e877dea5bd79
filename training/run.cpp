#include "training/run.h"

#include <chrono>
#include <deque>
#include <fstream>

#include "data/class_folder.h"
#include "training/checkpoint.h"
#include "training/recognition.h"
#include "training/run_log.h"
#include "training/trainer.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Means of the last steps.
class Recent {
 public:
  void add(double v) {
    values_.push_back(v);
    if (values_.size() > 500) values_.pop_front();
  }
  double mean() const {
    double sum = 0;
    for (const double v : values_) sum += v;
    return values_.empty() ? 0 : sum / static_cast<double>(values_.size());
  }

 private:
  std::deque<double> values_;
};

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw IoError(fmt::format("{}: cannot be written", path.string()));
}

void make_run_folder(const TrainOptions& o, const PhotoSet& set, const Split& split) {
  if (fs::exists(o.run / "checkpoints") && !fs::is_empty(o.run / "checkpoints")) {
    throw Error(fmt::format("[train] {} already holds a run; choose another --run folder", o.run.string()));
  }
  std::error_code failed;
  fs::create_directories(o.run / "checkpoints", failed);
  if (failed) throw IoError(fmt::format("{}: {}", o.run.string(), failed.message()));
  write_text(o.run / "config.toml", to_toml(o.config));
  std::string identities;
  for (std::size_t c = 0; c < set.classes.size(); ++c) {
    identities += fmt::format("{}\t{}\n", set.classes[c], split.training_class[c] >= 0 ? "base" : "novel");
  }
  write_text(o.run / "identities.tsv", identities);
}

double number(const std::vector<Parameter*>& parameters, const char* name) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter* p) { return p->name == name; });
  return (*found)->value.value().to_vector()[0];
}

}  // namespace

Split make_split(const PhotoSet& set, const Config& config) {
  SplitOptions options{.base_test_photos = static_cast<int>(config.data.base_test_photos)};
  const std::string& base = config.data.base_identities;
  if (base == "all") {
    options.base = SplitOptions::Base::all;
  } else if (base != "auto") {
    options.base = SplitOptions::Base::first;
    options.first_identities = std::stoi(base);
  }
  return split_photos(set, options, Rng(config.seed, 0));
}

TrainResult train(const TrainOptions& o) {
  const Config& config = o.config;
  validate(config);
  const PhotoSet set = scan_class_folder(o.data);
  const Split split = make_split(set, config);
  make_run_folder(o, set, split);
  RunLog log(o.run, config.steps, {.console = o.console});
  log.note(summary(set));
  log.note(fmt::format("{} base identities train, {} novel ones are held out", split.base_classes.size(),
                       split.novel_classes.size()));

  PhotoStore store(set, replacement_lists(set, split),
                   {.size = static_cast<int>(config.network.input),
                    .crop = config.data.crop,
                    .memory_bytes = config.data.cache_mb << 20,
                    .max_broken_share = config.data.max_broken});
  Trainer trainer(config, set, split, store, o.device);
  trainer.initialise();
  if (o.init) load_network(*o.init, trainer.network());

  const std::int64_t last = std::min(config.steps, o.stop_after.value_or(config.steps));
  const fs::path folder = o.run / "checkpoints";
  TrainResult result;
  Recent softmax, violating;
  double best_top1 = -1, logged_at = 0, waited = 0;
  const Clock::time_point start = Clock::now();
  std::int64_t logged_step = 0;

  const auto write_metrics = [&](const StepResult& r) {
    const double now = seconds_since(start),
                 images = static_cast<double>((r.step + 1 - logged_step) * config.sampling.batch);
    const double wait = trainer.seconds_waited_for_photos();
    const ListFigures list = trainer.measure_list();
    const double rate = images / std::max(1e-9, now - logged_at);
    const std::vector<Parameter*> all = trainer.parameters();
    log.metrics({{"step", static_cast<double>(r.step + 1)},
                 {"rate", r.rate},
                 {"loss", r.total},
                 {"l2_softmax", r.l2_softmax},
                 {"lifted", r.lifted},
                 {"margin", r.margin},
                 {"l2_softmax_recent", softmax.mean()},
                 {"positive_cosine", r.pairs.positive.mean_cosine},
                 {"negative_cosine", r.pairs.negative.mean_cosine},
                 {"positive_violating", r.pairs.positive.violating},
                 {"negative_violating", r.pairs.negative.violating},
                 {"gradient_norm", trainer.optimiser().gradient_norm()},
                 {"alpha", number(all, "l2_softmax.alpha")},
                 {"beta", number(all, "margin.beta")},
                 {"list_filled", list.filled},
                 {"list_changed", list.changed},
                 {"in_degree_max", static_cast<double>(list.in_degree_max)},
                 {"in_degree_gini", list.in_degree_gini},
                 {"distinct_classes_1000", static_cast<double>(trainer.distinct_classes(1000))},
                 {"images_per_second", rate},
                 {"input_wait", (wait - waited) / std::max(1e-9, now - logged_at)}});
    log.progress(r.step + 1,
                 {{"loss", r.total}, {"l2s", r.l2_softmax}, {"lifted", r.lifted}, {"margin", r.margin}}, rate,
                 now / static_cast<double>(r.step + 1) * static_cast<double>(last - r.step - 1));
    logged_at = now;
    logged_step = r.step + 1;
    waited = wait;
  };
  const auto save = [&] {
    save_checkpoint(folder / fmt::format("step-{}.safetensors", trainer.next_step()), trainer, config);
  };
  const auto evaluate = [&] {
    const OneShotResult scores =
        recognise(trainer.network(), store, set, split, {},
                  {.device = o.device, .workers = static_cast<int>(config.data.workers)});
    log.note(fmt::format("step {}: novel top-1 {:.2f}%", trainer.next_step(), 100 * scores.novel_top1));
    log.metrics({{"step", static_cast<double>(trainer.next_step())},
                 {"novel_top1", scores.novel_top1},
                 {"coverage_0.99", scores.coverage[2].coverage()}});
    if (scores.novel_top1 > best_top1) {
      best_top1 = scores.novel_top1;
      save_checkpoint(folder / "best.safetensors", trainer, config);
    }
  };

  try {
    while (trainer.next_step() < last) {
      if (o.stop != nullptr && o.stop->load()) {
        result.stopped = true;
        break;
      }
      const StepResult r = trainer.step();
      if (o.steps_done != nullptr) *o.steps_done = trainer.next_step();
      softmax.add(r.l2_softmax);
      violating.add(r.pairs.negative.violating);
      if (const auto warning = trainer.take_warning()) log.note(*warning);
      if ((r.step + 1) % config.log.every == 0 || r.step + 1 == last) write_metrics(r);
      if (config.evaluate.every > 0 && trainer.next_step() % config.evaluate.every == 0 &&
          !split.novel_classes.empty())
        evaluate();
    }
  } catch (const std::exception&) {
    save();  // nothing that was learnt is lost
    throw;
  }
  save();
  const BrokenPhotos broken = store.broken();
  if (!broken.entries.empty()) log.note(summary(broken));

  result.steps = trainer.next_step();
  result.l2_softmax = softmax.mean();
  result.violating_negative = violating.mean();
  result.distinct_classes = trainer.distinct_classes(0);
  result.distinct_classes_1000 = trainer.distinct_classes(1000);
  const auto entries = trainer.doppelgangers().entries();
  result.doppelgangers.assign(entries.begin(), entries.end());
  for (const int c : split.base_classes)
    result.identities.push_back(set.classes[static_cast<std::size_t>(c)]);
  result.seconds = seconds_since(start);
  return result;
}

}  // namespace dg
