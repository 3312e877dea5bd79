#include "training/run/train_run.h"

#include <algorithm>

#include "interop/atomic_file.h"
#include "interop/error_message.h"
#include "interop/lock_file.h"
#include "interop/number_text.h"
#include "interop/paths.h"
#include "interop/utf8.h"
#include "interop/whole_file.h"
#include "tensor/parallel.h"
#include "tensor/stopwatch.h"
#include "training/checkpoint.h"
#include "training/config/plan.h"
#include "training/run/data_path.h"
#include "training/run/identity_table.h"
#include "training/run/metrics_table.h"
#include "training/run/restart.h"
#include "training/run/resume.h"
#include "training/run/run_checks.h"
#include "training/run/run_folder.h"
#include "training/run/run_log.h"
#include "training/run/run_metrics.h"
#include "training/run/run_request.h"
#include "training/run/run_words.h"
#include "training/run/training_data.h"
#include "training/run/training_evaluation.h"
#include "training/trainer.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_be_made(const fs::path& folder, const std::error_code& why) {
  throw IoError(fmt::format("{}: {} (--run names another folder)", folder.string(), why.message()));
}

class Run {
 public:
  explicit Run(const TrainOptions& options)
      : options_(options),
        data_(open_training_data(
            options.data, options.config,
            [this](std::size_t people, std::size_t photos) { show_found(people, photos); })),
        config_(options.config),
        planned_(plan(options)),
        set_(data_.set),
        split_(data_.split),
        store_(set_, replacement_lists(set_, split_),
               photo_options(config_, cache_bytes(config_, options.data))),
        trainer_(config_, set_, split_, store_, options.device),
        evaluation_(config_, options.data, data_, store_),
        last_(std::min(config_.steps, options.stop_after.value_or(config_.steps))) {}

  const Config& config() const { return config_; }
  std::int64_t step_begun() const { return first_; }
  std::int64_t step_reached() const { return trainer_.next_step(); }

  TrainResult run() {
    make_folder();
    if (options_.restarted) {
      status_.note(fmt::format(
          "{}\nbegun again at step 0 with optim.rate = {} instead of {}; the metrics until then are in {}",
          options_.restarted->why, config_.optim.rate, options_.restarted->rate_before,
          (options_.run / "metrics-collapsed.jsonl").string()));
    } else {
      status_.note("the run is in " + options_.run.string());
    }
    note_all(opening_words(data_, config_, planned_, options_.device));
    if (!lock_->not_held().empty())
      status_.note(
          fmt::format("the run folder cannot be locked ({}): start no second run in it", lock_->not_held()));
    const std::string note = start();
    if (options_.resume) write_settings(IdentityTable::of(set_, split_));
    options_.before_steps();
    if (!note.empty()) status_.note(note);
    log_.emplace(
        options_.run, status_,
        RunLogOptions{.first_step = trainer_.next_step() + 1, .repeats_evaluation = evaluation_owed_});
    if (const auto& restart = options_.restarted) {
      log_->metrics({{"step", 0},
                     {"collapsed_after", static_cast<double>(restart->after)},
                     {"rate_before", restart->rate_before}});
    }
    metrics_.start(trainer_.next_step(), time_.seconds());
    first_ = trainer_.next_step();
    status_.begin_anew();  // the first step is shown, however short the time since the initialisation
    store_.stop_when(options_.stop);
    bool stopped = false;
    try {
      try {
        if (evaluation_owed_) {
          evaluate();
          save();  // as it would have been saved after the evaluation
        }
        while (trainer_.started_steps() < last_ && !asked_to_stop() && !out_of_patience()) step();
        stopped = trainer_.started_steps() < last_ && !out_of_patience();
      } catch (const Stopped&) {  // in an evaluation, or while photos were decoded: that step never started
        stopped = true;
      }
      finish_steps(0);
    } catch (const std::exception& e) {
      // Memory may run short in the middle of anything: what was changed until then is the state after no
      // step, from which a resume would give other numbers. The checkpoints before it stand.
      const bool no_memory = dynamic_cast<const std::bad_alloc*>(&e) != nullptr ||
                             dynamic_cast<const OutOfMemory*>(&e) != nullptr;
      if (no_memory && !(trainer_.between_steps() && can_be_saved_)) throw;
      const std::string broken = summary(store_.broken());
      if (!broken.empty() && error_message(e).find(broken) == std::string::npos) status_.note(broken);
      try {
        trainer_.finish_steps();
        // Nothing that was learnt is lost, and a run that learnt nothing does not occupy its folder.
        if (trainer_.next_step() > first_) {
          save(error_message(e));
          write_metrics_csv(options_.run);
        }
      } catch (const std::exception& also) {
        throw Error(fmt::format("{}\nand then the checkpoint could not be saved: {}", error_message(e),
                                error_message(also)));
      }
      throw;
    }
    save();
    write_metrics_csv(options_.run);
    report_broken_photos();
    if (!stopped) note_all(closing_words(options_.run, config_, figures(), evaluations_));
    return result(stopped);
  }

 private:
  using Settings = std::vector<PlannedSetting>;

  // Data of another run need not even fit the settings, so they are refused before anything is made of them.
  // Other settings are told later, once it is known that nobody else writes here.
  void refuse_data_of_another_run(const fs::path& run) const {
    try {
      refuse_other_settings(run, config_);
    } catch (const Error&) {
      return;
    }
    refuse_other_data(run, IdentityTable::of(data_.set, data_.split), what_is_missing(data_.set));
  }

  Settings plan(const TrainOptions& options) {
    const DataFacts facts = facts_of(data_, options.device);
    if (options.given) return plan_settings(config_, *options.given, facts);
    check_epochs(config_, facts);
    if (options.resume) refuse_data_of_another_run(options.run);
    return {};
  }

  // Most folders are read at once, and need no word.
  void show_found(std::size_t people, std::size_t photos) {
    if (time_.seconds() < 1) return;
    status_.show(fmt::format("looking for photos: {} of {} people so far",
                             grouped(static_cast<std::int64_t>(photos)),
                             grouped(static_cast<std::int64_t>(people))));
  }

  void note_all(const std::vector<std::string>& words) {
    for (const std::string& text : words) status_.note(text);
  }

  TrainingFigures figures() const {
    const DataFacts facts = facts_of(data_, options_.device);
    const Config::Sampling& s = config_.sampling;
    TrainingFigures f{
        .step = trainer_.next_step(),
        .steps = config_.steps,
        .classes = facts.people,
        .prototype_loss = metrics_.prototype_loss(),
        .loss_before = evaluations_.loss_before,
        .negative_cosine = metrics_.negative_cosine(),
        .input_bound = metrics_.input_bound(trainer_),
        .photos_of_each = static_cast<double>(facts.training_photos) / static_cast<double>(facts.people),
        .mines = s.method != SamplingMethod::random && !(s.fixed() && s.random_classes >= s.fixed_classes())};
    if (config_.loss.margin > 0) f.violating = metrics_.violating_negative();
    if (const auto& last = evaluations_.last) {
      f.score = last->score().value;
      f.tested = last->tested;
      f.base_top1 = last->base_top1;
    }
    if (evaluations_.best_before) f.best_score = evaluations_.best_before->value;
    return f;
  }

  bool out_of_patience() const {
    return config_.evaluate.patience > 0 && evaluations_.without_better >= config_.evaluate.patience;
  }

  fs::path folder() const { return options_.run / "checkpoints"; }

  fs::path newest_checkpoint() const {
    return folder() / fmt::format("step-{}.safetensors", trainer_.next_step());
  }

  // What decides the bits beside the settings: products add in an order that depends on it.
  std::string computed_on() const {
    return options_.device == Device::cuda ? "cuda" : fmt::format("cpu, {} threads", threads());
  }

  RunState run_state() const {
    return {.metrics = metrics_.save(),
            .without_better = evaluations_.without_better,
            .evaluation_loss = evaluations_.loss,
            .computed_on = computed_on(),
            .identities = identities_,
            .evaluation_owed = evaluation_owed_};
  }

  bool asked_to_stop() const { return options_.stop != nullptr && options_.stop->load(); }

  void report_broken_photos() {
    report_broken(store_, [this](const std::string& text) { status_.note(text); });
  }

  void make_folder() {
    std::error_code failed;
    fs::create_directories(folder(), failed);
    if (failed) cannot_be_made(folder(), failed);
    lock_.emplace(options_.run / "lock");
    if (options_.resume) {
      refuse_other_settings(options_.run, config_);
    } else {
      require(!holds_a_run(options_.run), "train",
              "{} already holds a run; choose another --run folder, or --resume it", options_.run.string());
      refuse_foreign_files(options_.run);
    }
    const IdentityTable identities = IdentityTable::of(set_, split_);
    refuse_other_data(options_.run, identities, what_is_missing(set_));
    identities_ = identities.fingerprint();
    if (!options_.resume) write_settings(identities);
  }

  // Of a run that goes on only once it does: where its checkpoints cannot be read, all stays as it was.
  void write_settings(const IdentityTable& identities) {
    write_file_atomically(options_.run / "config.toml", to_toml(config_));
    write_file_atomically(options_.run / "identities.tsv", identities.text());
    write_file_atomically(options_.run / "data.txt",
                          fs::absolute(options_.data).lexically_normal().string() + "\n");
    if (options_.init && !options_.resume)
      write_file_atomically(options_.run / "init.txt",
                            fs::absolute(*options_.init).lexically_normal().string() + "\n");
  }

  // Begins with fresh weights or the newest good checkpoint. Returns what was loaded or passed over, for
  // people.
  std::string start() {
    std::string note;
    std::optional<fs::path> init = options_.init;
    if (options_.resume) {
      if (const auto resumed = load_newest_checkpoint(options_.run, config_, trainer_))
        return go_on(*resumed);
      require(!options_.extended, "train", "--extend goes on with a checkpoint, and {} has none",
              options_.run.string());
      note = "no checkpoint to resume from: starting at step 0";
      if (!init) init = stored_init_path(options_.run);
      if (init) note += " with the network of " + init->string();
    }
    std::function<void(Network&)> load;
    if (init)
      load = [&](Network& network) {
        const std::string others = load_initial_network(*init, config_, network);
        if (!others.empty())
          status_.note(fmt::format("the network of {} was trained with {}", init->string(), others));
      };
    trainer_.initialise([this](const std::string& text) { status_.show(text); }, load);
    return note;
  }

  std::string go_on(const Resumed& from) {
    if (from.checkpoint == newest_checkpoint()) saved_step_ = trainer_.next_step();
    if (!from.state.metrics.empty()) metrics_.load(from.state.metrics);
    evaluation_owed_ = from.state.evaluation_owed && evaluation_.possible();
    evaluations_.loss = from.state.evaluation_loss;
    evaluations_.without_better = options_.extended ? 0 : from.state.without_better;
    // One that was made by the evaluation that comes again does not stand in its way.
    if (!(evaluation_owed_ && from.best_step == trainer_.next_step())) evaluations_.best = from.best;
    std::string note = fmt::format("{}resumed from {}{}", from.passed_over, from.checkpoint.string(),
                                   options_.init ? ", so the weights of --init are not read" : "");
    if (const std::string& before = from.state.computed_on; !before.empty() && before != computed_on())
      note += fmt::format(
          "\nthe run was on {} and goes on on {}: the numbers may differ in their last bits from those of an "
          "undisturbed run",
          before, computed_on());
    return note;
  }

  // Starts a step and finishes the one before, while a GPU works on. The host waits for the new step as well
  // only where something is to be logged, evaluated or saved.
  void step() {
    const std::int64_t done = trainer_.started_steps() + 1;
    const auto due = [done](std::int64_t every) { return every > 0 && done % every == 0; };
    const bool log = due(config_.log.every) || done == config_.steps,
               score =
                   (due(config_.evaluate.every) || (config_.evaluate.every > 0 && done == config_.steps)) &&
                   evaluation_.possible(),
               keep = due(config_.checkpoint.every) ||
                      (config_.checkpoint.minutes > 0 &&
                       time_.seconds() - saved_at_ >= 60 * config_.checkpoint.minutes);
    Profile profile(options_.device);
    const Stopwatch step_time;
    {
      const Profiling profiling(log ? &profile : nullptr);
      can_be_saved_ = true;  // as long as the trainer says so too
      trainer_.start_step();
      can_be_saved_ = false;
      finish_steps(log || score || keep ? 0 : trainer_.useful_in_flight());
    }
    metrics_.trained_for(step_time.seconds());
    evaluation_owed_ = score;
    if (log) metrics_.write(*log_, trainer_, profile, time_.seconds());
    if (status_.due()) log_->progress(metrics_.progress(done, time_.seconds(), last_));
    if (score) evaluate();
    if (keep) save();
  }

  void finish_steps(std::size_t in_flight) {
    for (const StepResult& r : trainer_.finish_steps(in_flight)) metrics_.add(r);
    if (options_.steps_done != nullptr) *options_.steps_done = trainer_.next_step();
    if (const auto warning = trainer_.take_warning()) status_.note(*warning);
  }

  void evaluate() try {
    can_be_saved_ = true;
    saved_step_ = -1;  // a checkpoint of this step owes the evaluation
    const std::int64_t step = trainer_.next_step();
    const auto progress = [&](std::int64_t done, std::int64_t of) {
      status_.show(
          fmt::format("step {}: evaluating, {} of {} photos embedded", step, grouped(done), grouped(of)));
    };
    const EvaluationFigures found =
        evaluation_.run(trainer_.network(), {.device = options_.device,
                                             .workers = static_cast<int>(config_.data.workers),
                                             .stop = options_.stop,
                                             .progress = progress});
    EvaluationHistory history = evaluations_;  // counts once its line is written: until then it is owed
    if (history.add(found, metrics_.prototype_loss())) {
      RunState best = run_state();  // with the evaluation owed: its line in the metrics comes after this file
      best.best = found.score();
      save_checkpoint(best_checkpoint(options_.run), trainer_, config_, best);
    }
    log_->metrics(found.metrics(step));
    evaluations_ = std::move(history);
    evaluation_owed_ = false;  // at once: what is only said may run out of memory
    if (!found.broken.empty()) status_.note(found.broken);
    const TrainingFigures f = figures();
    status_.note(fmt::format("step {}: {}; {}", step, found.text(), describe(judge(f), f)));
    can_be_saved_ = false;
  } catch (const NotFinite& e) {
    evaluation_owed_ = false;  // it would end the same way
    throw TrainingStopped(
        fmt::format("[trainer] step {}: the weights are too large: {}", trainer_.next_step(), e.what()));
  }

  // `why`: of a run that fails.
  void save(const std::string& why = "") {
    saved_at_ = time_.seconds();
    if (!trainer_.whole()) {
      RunState halted = run_state();
      halted.halted = printable(why);  // it becomes JSON, and names photos
      save_checkpoint(folder() / fmt::format("halted-step-{}.safetensors", trainer_.next_step()), trainer_,
                      config_, halted);
      return;
    }
    if (saved_step_ != trainer_.next_step())
      save_checkpoint(newest_checkpoint(), trainer_, config_, run_state());
    saved_step_ = trainer_.next_step();
    remove_old_checkpoints(options_.run, newest_checkpoint(), config_.checkpoint.keep);
  }

  TrainResult result(bool stopped) const {
    TrainResult r{.run = options_.run,
                  .steps = trainer_.next_step(),
                  .first = first_,
                  .stopped = stopped,
                  .prototype_loss = metrics_.prototype_loss(),
                  .violating_negative = metrics_.violating_negative(),
                  .distinct_classes = trainer_.distinct_classes(0),
                  .distinct_classes_1000 = trainer_.distinct_classes(1000),
                  .seconds = time_.seconds()};
    const auto entries = trainer_.doppelgangers().entries();
    r.doppelgangers.assign(entries.begin(), entries.end());
    for (const ClassId c : split_.base_classes) r.identities.push_back(set_.classes[c]);
    return r;
  }

  const TrainOptions& options_;
  const Stopwatch time_;
  StatusLine status_{options_.console};
  const TrainingData data_;
  Config config_;
  const Settings planned_;
  const PhotoSet& set_;
  const Split& split_;
  PhotoStore store_;
  Trainer trainer_;
  TrainingEvaluation evaluation_;
  std::optional<RunLog> log_;
  const std::int64_t last_;  // how many steps the run has when it ends
  RunMetrics metrics_{config_, facts_of(data_, options_.device).training_photos, trainer_.losses()};
  EvaluationHistory evaluations_;
  bool evaluation_owed_ = false;
  std::string identities_;     // fingerprint of identities.tsv
  bool can_be_saved_ = false;  // whether what this class keeps is complete, where memory runs short
  std::optional<LockFile> lock_;
  std::int64_t first_ = 0;        // steps done when this sitting began
  double saved_at_ = 0;           // seconds on time_
  std::int64_t saved_step_ = -1;  // whose checkpoint is that of the state now, if it is this step's
};

// Makes the folder of a run that chose its name itself: two trainings that start at once get two.
fs::path claim(fs::path run, const fs::path& data) {
  std::error_code failed;
  fs::create_directories(run.parent_path(), failed);
  while (!failed && !fs::create_directory(run, failed)) {
    if (!failed) run = next_run_folder(data, run.parent_path());
  }
  if (failed) cannot_be_made(run, failed);
  return run;
}

// Of a run that failed before there was anything to keep.
void remove_traces(const fs::path& run, bool parent_too) noexcept try {
  if (holds_a_run(run)) return;
  if (path_exists(run)) remove_run(run);
  std::error_code not_empty;
  for (const fs::path& folder : {run / "checkpoints", run}) fs::remove(folder, not_empty);
  if (parent_too) fs::remove(run.parent_path(), not_empty);
} catch (const std::exception&) {  // the reason why the run failed is what people need to know
}

TrainResult train_in(const TrainOptions& options) {
  TrainOptions again = options;
  {
    Run run(options);
    try {
      return run.run();
    } catch (const Collapsed& e) {
      if (!begins_again(run.config(), run.step_begun(), run.step_reached())) throw;
      again.config = gentler(run.config());
      again.given.reset();
      again.resume = false;
      again.restarted = {
          {.after = run.step_reached(), .why = e.what(), .rate_before = run.config().optim.rate}};
    }
  }
  keep_metrics_of_collapse(options.run);
  return Run(again).run();
}

}  // namespace

TrainResult train(const TrainOptions& options) {
  if (!options.given) validate(options.config);
  refuse_folder(options.run, options.data);
  TrainOptions own = options;
  const bool is_new = !options.resume && !path_exists(options.run),
             parent_is_new = options.named_by_itself && !path_exists(options.run.parent_path());
  if (options.named_by_itself) own.run = claim(options.run, options.data);
  try {
    return train_in(own);
  } catch (...) {
    if (is_new) remove_traces(own.run, parent_is_new);
    throw;
  }
}

}  // namespace dg
