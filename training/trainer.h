// The training loop: sample identities, look at their photos, learn, remember who was mistaken for whom.
//
//   batch t is planned when step t - L begins (L = sampling.lag), from the doppelganger list as the steps
//   before that left it; its photos are decoded while the steps between run. So no result depends on the
//   loader's timing.
#pragma once
#include <deque>
#include <memory>
#include <optional>

#include "data/loader.h"
#include "data/split.h"
#include "layers/face_resnet.h"
#include "losses/joint.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"
#include "sampling/batch_sampler.h"
#include "sampling/doppelganger_list.h"
#include "sampling/list_health.h"
#include "training/config.h"

namespace dg {

/// Network and losses as `config` describes them, for `classes` training classes. Nothing is allocated yet.
Network make_network(const Config& config);
JointOptions make_losses(const Config& config, std::int64_t classes);

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

  std::int64_t next_step() const { return next_step_; }
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
  void start_optimiser();
  void plan(std::int64_t step);
  void observe(const Batch& batch, const HardestClass& hardest);
  Tensor training_images(std::int64_t step, const LoadedBatch& photos) const;
  void guard_finite(const StepResult& r, const LoadedBatch& photos) const;
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
  std::vector<std::int64_t> last_seen_;  // per class: the last step it was in a batch, -1 = never
  std::int64_t classes_seen_ = 0;        // how many of them are not -1
  double seconds_sampling_ = 0;
  std::int64_t collapsed_steps_ = 0;
  std::optional<std::string> warning_;
  Loader loader_;
};

}  // namespace dg
