// Every convolution of a recipe, taken from its network: the network walks forward over a backend that writes
// down what it is asked to convolve. (A backward pass convolves over the same geometries.)
#pragma once
#include <vector>

#include "tensor/backend.h"
#include "training/config/config.h"

namespace dg {

/// The convolutions of one pass over `batch` images, in the order of the network, with repetitions.
std::vector<ConvGeometry> network_convolutions(const Config& config, std::int64_t batch);

}  // namespace dg
