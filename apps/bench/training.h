// A training step without photos, for benchmarks: the trainer's network, losses, optimiser and mining on
// fixed random images.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "layers/face_resnet.h"
#include "losses/joint.h"
#include "optim/nesterov_sgd.h"
#include "sampling/doppelganger_sampler.h"
#include "sampling/random_sampler.h"

namespace dg {

enum class BenchSize { small, full };

/// What is trained, and how long. "small": 64 pixels, a quarter of Table 1's channels, "same" padding,
/// batch 81. "full": Table 1, 259 pixels, batch 3. Both have 20,000 classes.
struct BenchWork {
  std::string name;
  FaceResnetOptions network;
  std::int64_t batch = 0, classes = 20000;
  std::int64_t steps = 0;  // to time, unless somebody asks for another number
};

/// The options that choose a work and change it.
class BenchWorkOptions {
 public:
  /// `with_classes`: also --classes.
  void add(CLI::App& command, bool with_classes = true);
  BenchWork work() const;

 private:
  BenchSize size_ = BenchSize::small;
  std::optional<std::int64_t> batch_, classes_;
  std::optional<double> width_;
};

enum class BenchLoss { l2_softmax, joint };  // joint: L2-Softmax and margin, as in the paper's main runs

class BenchTraining {
 public:
  BenchTraining(const BenchWork& work, BenchLoss loss, Device device);

  /// One whole step: sampling, forward, loss, backward, update, and with mining what the doppelganger list
  /// learns. Without mining all classes of the batch are random and the list is left alone. Returns the loss,
  /// so the device is done with the forward pass at least.
  double step(bool mining);

  std::int64_t network_parameters() const { return network_parameters_; }
  /// Weight, bias and alpha of the L2-Softmax.
  std::int64_t classifier_parameters() const { return work_.classes * (work_.network.embedding + 1) + 1; }
  std::int64_t macs_per_image() const { return network_macs_ + classifier_macs(); }
  std::int64_t classifier_macs() const { return work_.classes * work_.network.embedding; }
  /// Multiplications and additions of a step: each product once forward, once for the gradient with respect
  /// to its input and once for that with respect to its weight. (The gradient with respect to the images,
  /// under 0.5% of all, is counted though it is never computed.)
  double flop_per_step() const;

 private:
  BenchWork work_;
  JointWeights weights_;
  Device device_;
  Network network_;
  JointSupervision losses_;
  std::int64_t network_parameters_ = 0, network_macs_ = 0;
  std::optional<NesterovSgd> optimiser_;
  IdentityIndex index_;
  DoppelgangerList list_;
  std::optional<DoppelgangerSampler> mining_;
  std::optional<RandomSampler> random_;
  Tensor images_;
  Rng pair_draws_{3, 0};
};

/// FLOP/s of a product of two 2048 x 2048 matrices, the best of five: what this device can be expected to
/// reach.
double peak_flops(Device device);

}  // namespace dg
