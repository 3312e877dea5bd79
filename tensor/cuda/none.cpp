// Stands for the CUDA backend in a build without it: the same symbols, a clear error.
#include "tensor/backend.h"
#include "tensor/error.h"

namespace dg {
inline namespace DG_WIDTH {

Backend& cuda_backend() {
  throw Error("[device] cuda was asked for, but this build has no CUDA device; use --device cpu");
}

}  // namespace DG_WIDTH
}  // namespace dg
