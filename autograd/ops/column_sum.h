// Sum over all rows of x [..., c] -> [c]: the gradient of a bias.
#pragma once
#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

Tensor column_sum(const Tensor& x);

}  // namespace DG_WIDTH
}  // namespace dg
