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

/// Expects orthonormal weights and zero biases (Network::initialise). One walk over `images` (>= 256
/// recommended) in forward order, with everything earlier final: each convolution and fc is scaled to unit
/// variance of its output, then the k of the ARFA behind it is set to 1 / std(its output at k = 1). Both are
/// linear, so one scaling is exact up to rounding. Residual sums are left alone; statistics run in double.
/// Throws Error at zero or non-finite variance.
std::vector<LsuvLine> lsuv(Network& network, const Tensor& images);

/// Centres the embedding once (option init.centre): the fc output gets zero mean per unit and a mean spread
/// of 1, then the mean of the maxout output is subtracted from the biases of both members of each pair.
void centre_embedding(Network& network, const Tensor& images);

}  // namespace DG_WIDTH
}  // namespace dg
