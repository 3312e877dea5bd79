// In place of the CUDA backend in a build without it: the same functions, which say that it is missing.
#include "tensor/backend.h"
#include "tensor/error.h"

namespace dg {
inline namespace DG_WIDTH {

Backend& cuda_backend() { throw Error("[device] cuda was asked for, but " + why_no_cuda()); }

std::string why_no_cuda() { return "this build has no CUDA device; use --device cpu"; }

std::string describe_cuda() { throw Error("[device] " + why_no_cuda()); }

}  // namespace DG_WIDTH
}  // namespace dg
