// Mean and variance in double, of all elements or per column.
#pragma once
#include <vector>

#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

struct Moments {
  double mean = 0, variance = 0;  // variance: mean squared distance from the mean (divided by n)
};
/// Of all elements of `t` (at least one).
Moments moments(const Tensor& t);

struct ColumnMoments {
  std::vector<double> mean, variance;  // one per column
};
/// Of every column of t [..., c], over the rows.
ColumnMoments column_moments(const Tensor& t);

}  // namespace DG_WIDTH
}  // namespace dg
