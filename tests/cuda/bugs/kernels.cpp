// Bugs of kernels and of their launches.
#include <numeric>

#include "tests/cuda/bugs/bugs.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

bool write_past_the_end(bool mended) {
  const std::int64_t n = 1000;
  const Floats x(n);
  must(fill(mended ? n : n + 1, x.data(), 1, nullptr));
  return x.host()[n - 1] == 1;
}

bool host_pointer_to_a_kernel(bool mended) {
  std::vector<float> host(1);
  const Floats x(1);
  must(fill(1, mended ? x.data() : host.data(), 1, nullptr));
  must(cudaDeviceSynchronize());
  return mended ? x.host()[0] == 1 : host[0] == 1;
}

__global__ void sum_of_256(const float* x, float* out, bool barrier) {
  __shared__ float part[256];
  part[threadIdx.x] = x[threadIdx.x];
  if (barrier) __syncthreads();
  for (unsigned half = 128; half > 0; half /= 2) {
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) *out = part[0];
}

bool missing_barrier(bool mended) {
  std::vector<float> numbers(256);
  std::iota(numbers.begin(), numbers.end(), 1.0f);
  const Floats x(numbers), sum(1);
  must(launch("sum_of_256", sum_of_256, 1, 256, nullptr, x.data(), sum.data(), mended));
  return sum.host()[0] == 256 * 257 / 2;
}

bool empty_launch(bool mended) {
  const Floats x(1);
  const std::int64_t n = 0;
  if (!mended || n > 0) must(fill(n, x.data(), 1, nullptr));
  return true;
}

const AddBug a("write_past_the_end", write_past_the_end);
const AddBug b("host_pointer_to_a_kernel", host_pointer_to_a_kernel);
const AddBug c("missing_barrier", missing_barrier);
const AddBug d("empty_launch", empty_launch);

}  // namespace
}  // namespace dg::standin
