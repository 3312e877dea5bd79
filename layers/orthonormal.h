// Orthonormal starting weights (LSUV, step i; Mishkin and Matas [23], after Saxe et al.).
#pragma once
#include "tensor/rng.h"
#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

/// Random weights [out, ...] that, seen as a matrix [out, in], have orthonormal rows (orthonormal columns
/// when out > in).
Tensor orthonormal(const Shape& shape, Rng& rng, Device device = Device::cpu);

}  // namespace DG_WIDTH
}  // namespace dg
