// LSUV, layer-sequential unit variance (Mishkin and Matas [23]), extended to ARFA's k (section 4.2.2), and
// the centring of the embedding that keeps small networks from collapsing.
#pragma once
#include "layers/network.h"

namespace dg {
inline namespace DG_WIDTH {

struct LsuvLine {
  std::string name;     // of the weight, or of the ARFA's a
  double variance = 0;  // of the layer's output after scaling
};

/// Expects orthonormal weights and zero biases (Layer::initialise). Makes one forward pass over `images` (256
/// or more are recommended), so that each layer sees the final outputs of those before it. The weight of each
/// convolution and fully connected layer is scaled so that its output has unit variance; then the k of the
/// ARFA that follows is set to 1 / std(its output at k = 1). A layer's output is proportional to its weight,
/// and that of ARFA to k, so scaling once is exact up to rounding. Residual sums are not scaled; statistics
/// run in double. Throws Error when a variance is zero or not finite.
std::vector<LsuvLine> lsuv(Network& network, const Tensor& images);

/// Centres the embedding once (option init.centre): the output of the last fully connected layer gets zero
/// mean per unit and a mean standard deviation of 1; then the mean of the maxout output is subtracted from
/// the biases of both members of each pair.
void centre_embedding(Network& network, const Tensor& images);

}  // namespace DG_WIDTH
}  // namespace dg
