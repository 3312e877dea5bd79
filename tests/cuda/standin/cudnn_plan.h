// What a finalised cuDNN plan computes, in cuDNN's own description of it.
#pragma once
#include <cudnn.h>

#include <cstdint>

#include "tests/cuda/standin/convolution.h"

namespace dg::standin {

struct DescribedTensor {
  std::int64_t id = 0, alignment = 1;
};

struct DescribedPlan {
  Convolution convolution;
  DescribedTensor x, w, y;  // gradients in the place of what they belong to
  std::int64_t workspace = 0;
};

/// Throws std::runtime_error for what the stand-in cannot do: another operation, another layout, another
/// type.
DescribedPlan describe(cudnnBackendDescriptor_t plan);

}  // namespace dg::standin
