// The training loop: sample identities, look at their photos, learn, remember who was mistaken for whom.
//
//   batch t is planned when step t - L begins (L = sampling.lag), from the doppelganger list as the steps
//   before that left it; its photos are decoded while the steps between run. So no result depends on the
//   loader's timing.
#pragma once
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "data/augmentation.h"
#include "data/loader.h"
#include "data/split.h"
#include "layers/network.h"
#include "losses/joint.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"
#include "sampling/batch_sampler.h"
#include "sampling/doppelganger_list.h"
#include "sampling/list_health.h"
#include "tensor/transfer.h"
#include "training/config/losses.h"
#include "training/config/model.h"

namespace dg {

/// What one step learnt, on the host.
struct StepResult {
  std::int64_t step = 0;
  double rate = 0;
  double total = 0;
  double gradient_norm = 0;   // of all gradients together, before clipping
  std::vector<double> parts;  // as Trainer::losses lists them; 0 where a part is off
  PairStatistics pairs;
};

/// Thrown when a loss or a gradient is not finite or the embedding has collapsed; the weights are still those
/// before the bad step (see Trainer::whole for the exception).
class TrainingStopped : public Error {
 public:
  using Error::Error;
};

/// The second of the two.
class Collapsed : public TrainingStopped {
 public:
  using TrainingStopped::TrainingStopped;
};

class Trainer {
 public:
  /// All must outlive the trainer.
  Trainer(const Config& config, const PhotoSet& set, const Split& split, PhotoStore& store, Device device);

  /// Fresh weights: orthonormal, LSUV on training photos, centring if asked for, classifier as
  /// init.classifier says.
  /// `say` is told what goes on, for people, as often as there is something to tell.
  using Words = std::function<void(const std::string&)>;
  /// With `load` the network's weights are those that it loads, and there is no LSUV.
  void initialise(
      const Words& say = [](const std::string&) {}, const std::function<void(Network&)>& load = {});
  /// Runs the next step. Throws TrainingStopped when the loss or a gradient is not finite, naming step, part
  /// and photos, or when the mean cosine of negative pairs was above guard.collapse_cosine for
  /// guard.collapse_steps and guard.collapse is "stop".
  StepResult step();

  /// The same in two halves, for a GPU that should never wait for the host. Gives the next step to the
  /// device; at most one earlier step may be unfinished.
  void start_step();
  /// Waits for started steps, oldest first, until at most `in_flight` are left, and does what they bring:
  /// their hardest classes go into the list, further batches are planned. Throws as `step` does; a loss or
  /// gradient that is not finite has stopped the device by itself, so that the weights are still those before
  /// its step.
  std::vector<StepResult> finish_steps(std::size_t in_flight = 0);
  /// How many steps may usefully be left in flight: 0 on a CPU, where a step is done when it has started, and
  /// for a sampler that embeds photos, which must see the weights of the step before.
  std::size_t useful_in_flight() const {
    return device_ == Device::cuda && !sampler_->embeds_photos() ? 1 : 0;
  }

  /// Steps that are finished. Parameters, list and state are those after them once no step is in flight.
  std::int64_t next_step() const { return next_step_; }
  std::int64_t started_steps() const { return next_step_ + static_cast<std::int64_t>(in_flight_); }
  Network& network() { return network_; }
  std::span<const LossPart> losses() const { return losses_.parts(); }
  std::vector<Parameter*> parameters();  // of network and losses, in a fixed order
  NesterovSgd& optimiser() { return *optimiser_; }
  /// Whether parameters and velocities are all those after step `next_step`. They are not once a gradient
  /// was not finite without clipping: some had been updated before it was seen. They are finite even then.
  bool whole() const { return whole_; }
  /// Whether state and weights are those after whole steps. An exception that came from start_step or
  /// finish_steps while they were changed leaves this false, and what a checkpoint would save is no such
  /// state.
  bool between_steps() const { return !changing_; }
  const DoppelgangerList& doppelgangers() const { return list_; }
  ListFigures measure_list() { return health_.measure(list_); }
  double seconds_waited_for_photos() const { return loader_.seconds_waited(); }
  /// Seconds that choosing classes has taken so far, what the method's list learns included, and its memory.
  double seconds_sampling() const { return seconds_sampling_; }
  std::int64_t sampler_bytes() const { return sampler_->bytes(); }
  /// Classes that were in a batch of the last `steps` steps (of all steps so far when 0).
  std::int64_t distinct_classes(std::int64_t steps) const;
  /// Set once when the collapse guard only warns; then cleared.
  std::optional<std::string> take_warning() { return std::exchange(warning_, std::nullopt); }

  /// Everything beside parameters and velocities that the future depends on, as byte strings: those of
  /// `state_names`, and planned_state(0), planned_state(1), ... of the batches that are planned already.
  std::vector<std::pair<std::string, State>> save_state() const;
  void load_state(const std::vector<std::pair<std::string, State>>& state);
  static constexpr std::array state_names{"state.trainer", "state.doppelgangers", "state.list_health",
                                          "state.sampler"};
  static std::string planned_state(std::size_t i);
  /// Allocates parameters and optimiser without the work of `initialise`: for numbers that are loaded next.
  void allocate();

 private:
  // The host looks at one step while the device works on the next.
  static constexpr std::size_t max_in_flight = 2;

  // A step from its plan to what it taught.
  struct Step {
    std::int64_t number = 0;
    Batch batch;
    // Since it was given to the device: what the host wants to know of it, and where that will arrive.
    double rate = 0;
    std::vector<PhotoId> photos;  // those shown: another one stands in for a photo that does not decode
    std::unique_ptr<Download> download;
    std::span<const Real> total, pair_sums;
    std::span<const Clipping> clipping;
    std::vector<std::span<const Real>> parts;  // empty where off
    HardestClasses hardest;                    // of the batch's rows; no rows without a prototype-based part
  };

  void scale_weights(const Words& say);
  void start_at_class_means(const Words& say);
  void start_optimiser();
  void plan(std::int64_t step);
  void check_planned(const Batch& batch) const;
  Tensor training_images(std::int64_t step, const LoadedBatch& photos);
  void start_download(const JointLoss& loss, Step& step);
  StepResult finish_oldest();
  void observe(const Step& step);
  void guard_finite(const StepResult& r, const Step& step);
  void guard_collapse(const StepResult& r);

  const Config& config_;
  const PhotoSet& set_;
  const Split& split_;
  PhotoStore& store_;
  Device device_;
  Network network_;
  JointSupervision losses_;
  std::optional<NesterovSgd> optimiser_;
  Sgdr schedule_;
  IdentityIndex index_;
  DoppelgangerList list_;
  ListHealth health_;
  std::unique_ptr<BatchSampler> sampler_;
  std::int64_t next_step_ = 0;
  std::deque<Step> steps_;     // next_step_, next_step_ + 1, ...: those in flight, then those planned
  std::size_t in_flight_ = 0;  // how many of them the device has been given
  std::vector<std::unique_ptr<Download>> downloads_;  // those that no step in flight uses
  Upload<std::uint8_t> images_;
  Upload<std::int32_t> labels_;
  Upload<Augmentation> augmentations_;
  std::vector<std::int64_t> last_seen_;  // per class: the last step it was in a batch, -1 = never
  std::int64_t classes_seen_ = 0;        // how many of them are not -1
  double seconds_sampling_ = 0;
  std::int64_t collapsed_steps_ = 0;
  bool whole_ = true;
  bool changing_ = false;
  std::optional<std::string> warning_;
  Loader loader_;
};

}  // namespace dg
