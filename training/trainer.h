// The training loop: sample identities, look at their photos, learn, remember who was mistaken for whom.
//
//   batch t is planned when step t - L begins (L = sampling.lag), from the doppelganger list as the steps
//   before that left it; its photos are decoded while the steps between run. So no result depends on the
//   loader's timing.
#pragma once
#include <array>
#include <deque>
#include <memory>
#include <optional>

#include "data/augmentation.h"
#include "data/loader.h"
#include "data/split.h"
#include "layers/face_resnet.h"
#include "losses/joint.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"
#include "sampling/batch_sampler.h"
#include "sampling/doppelganger_list.h"
#include "sampling/list_health.h"
#include "tensor/transfer.h"
#include "training/model.h"

namespace dg {

/// What one step learnt, on the host.
struct StepResult {
  std::int64_t step = 0;
  double rate = 0;
  double total = 0, l2_softmax = 0, lifted = 0, margin = 0;  // 0 where the part is off
  PairStatistics pairs;
};

/// Thrown when a loss is not finite or the embedding has collapsed; the weights are still those before the
/// bad step.
class TrainingStopped : public Error {
 public:
  using Error::Error;
};

class Trainer {
 public:
  /// All must outlive the trainer.
  Trainer(const Config& config, const PhotoSet& set, const Split& split, PhotoStore& store, Device device);

  /// Fresh weights: orthonormal, LSUV on training photos, centring if asked for, classifier normal or zero.
  void initialise();
  /// Runs the next step. Throws TrainingStopped when a loss part is not finite, naming step, part and photos,
  /// or when the mean cosine of negative pairs was above guard.collapse_cosine for guard.collapse_steps and
  /// guard.collapse is "stop".
  StepResult step();

  /// The same in two halves, for a GPU that should never wait for the host. Gives the next step to the
  /// device; at most one earlier step may be unfinished.
  void start_step();
  /// Waits for started steps, oldest first, until at most `in_flight` are left, and does what they bring:
  /// their look-alikes go into the list, further batches are planned. Throws as `step` does; a loss that is
  /// not finite has stopped the device by itself, so that the weights are still those before its step.
  std::vector<StepResult> finish_steps(std::size_t in_flight = 0);
  /// How many steps may usefully be left in flight: 0 on a CPU, where a step is done when it has started, and
  /// for a sampler that embeds photos, which must see the weights of the step before.
  std::size_t useful_in_flight() const {
    const std::string& method = config_.sampling.method;
    return device_ == Device::cuda && (method == "doppelganger" || method == "random") ? 1 : 0;
  }

  /// Steps that are finished. Parameters, list and state are those after them once no step is in flight.
  std::int64_t next_step() const { return next_step_; }
  std::int64_t started_steps() const { return next_step_ + static_cast<std::int64_t>(in_flight_.size()); }
  Network& network() { return network_; }
  std::vector<Parameter*> parameters();  // of network and losses, in a fixed order
  NesterovSgd& optimiser() { return *optimiser_; }
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

  /// Everything beside parameters and velocities that the future depends on, as named byte strings.
  std::vector<std::pair<std::string, State>> save_state() const;
  void load_state(const std::vector<std::pair<std::string, State>>& state);
  /// Allocates parameters and optimiser without the work of `initialise`: for numbers that are loaded next.
  void allocate();

 private:
  // A step the device was given, and where what the host wants to know of it will arrive.
  struct StartedStep {
    std::int64_t step;
    double rate;
    std::vector<PhotoId> photos;
    std::span<const Real> total, l2_softmax, lifted, margin, pair_sums;
    std::span<const std::int32_t> best;
    std::span<const Real> logit;
    std::span<const std::uint8_t> tied;
  };

  void start_optimiser();
  void plan(std::int64_t step);
  void observe(const Batch& batch, const StartedStep& started);
  Download& download_of(std::int64_t step) { return downloads_[static_cast<std::size_t>(step % 2)]; }
  Tensor training_images(std::int64_t step, const LoadedBatch& photos);
  void start_download(const JointLoss& loss, StartedStep& started);
  StepResult finish_oldest();
  void guard_finite(const StepResult& r, const std::vector<PhotoId>& photos) const;
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
  std::deque<Batch> planned_;  // batches of next_step_, next_step_ + 1, ...
  std::int64_t next_step_ = 0;
  std::deque<StartedStep> in_flight_;  // next_step_, next_step_ + 1, ...
  Upload<std::uint8_t> images_;
  Upload<std::int32_t> labels_;
  Upload<Augmentation> augmentations_;
  std::array<Download, 2> downloads_;
  std::vector<std::int64_t> last_seen_;  // per class: the last step it was in a batch, -1 = never
  std::int64_t classes_seen_ = 0;        // how many of them are not -1
  double seconds_sampling_ = 0;
  std::int64_t collapsed_steps_ = 0;
  std::optional<std::string> warning_;
  Loader loader_;
};

}  // namespace dg
