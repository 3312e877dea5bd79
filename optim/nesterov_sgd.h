// Nesterov accelerated gradient (section 4.2.5, [26]) with selective weight decay. With G = g + decay * w
// where the parameter decays (convolution, fc and classifier weights only) and G = g elsewhere:
//
//   v <- mu v + G,            w <- w - rate (G + mu v)          (rate outside the buffer, the default)
//   v <- mu v + rate G,       w <- w - (rate G + mu v)          (rate inside the buffer)
//
// (the two differ when the rate changes); then w is clamped to the parameter's floor. Optionally all
// gradients are first scaled by min(1, clip / |g|), where |g| is the Euclidean norm over all trainable
// parameters; norm and factor stay on the device.
//
// Nothing that is not finite ever enters a weight or a velocity: a gradient whose norm is not finite halts
// the optimiser, and a single number whose update would overflow stays as it was.
#pragma once
#include <vector>

#include "layers/parameter.h"

namespace dg {
inline namespace DG_WIDTH {

struct NesterovSgdOptions {
  double momentum = 0.9;
  double decay = 5e-4;
  bool rate_inside = false;
  double clip_norm = 0;  // 0 = no clipping
};

/// How the gradients of a step are clipped.
struct Clipping {
  double norm = 0;    // of all gradients together
  double factor = 1;  // that all of them are multiplied by
};

class NesterovSgd {
 public:
  /// Takes the trainable ones of `parameters`; they must be initialised and outlive the optimiser.
  NesterovSgd(const std::vector<Parameter*>& parameters, const NesterovSgdOptions& options);
  /// One step with the gradients that the leaves hold, which are then cleared. A parameter without a gradient
  /// stays as it is. When |g| is not finite nothing is changed any more, in this step and in all later ones;
  /// the device decides that, so the host may learn of it later.
  void step(double rate);
  /// The same as backward(loss) and step(rate), bit for bit, and a loss that is not finite halts as well.
  /// Without clipping each parameter is updated as soon as its own gradient is complete, so that the
  /// gradients of all layers never exist at once. A gradient that is not finite then finds some parameters
  /// updated already (`updates_early`): they stay finite, but are not those of any one step.
  void minimise(const Var& loss, double rate);
  bool updates_early() const { return options_.clip_norm == 0; }
  /// |g| of the last step, before clipping, and what it was clipped by: [1], on the device.
  const Array<Clipping>& clipping() const { return clipping_; }
  /// The same norm on the host. Waits for the device.
  double gradient_norm() const;
  /// Whether a loss or a gradient was not finite. Waits for the device.
  bool halted() const;

  /// For checkpoints: the velocity of each trainable parameter, in order, under the parameter's name.
  const std::vector<Parameter*>& parameters() const { return parameters_; }
  const Tensor& velocity(std::size_t i) const { return velocity_[i]; }

 private:
  void measure(std::size_t i);
  void add_norms();
  void update(std::size_t i, double rate);

  NesterovSgdOptions options_;
  std::vector<Parameter*> parameters_;
  std::vector<Tensor> velocity_;
  Array<double> squared_norms_;  // of the gradient of each parameter
  Array<Clipping> clipping_;     // [1]
  Array<std::int32_t> halted_;   // [1], 1 once a loss or a gradient was not finite
};

}  // namespace DG_WIDTH
}  // namespace dg
