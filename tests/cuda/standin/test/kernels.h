// Small kernels and helpers of the stand-in's own tests and of the seeded bugs.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/cuda/standin/launch_kernel.h"

namespace dg::standin {

/// Throws with CUDA's words unless `status` is success.
inline void must(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

__global__ inline void fill_kernel(std::int64_t n, float* out, float value) {
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < n;
       i += std::int64_t{gridDim.x} * blockDim.x) {
    out[i] = value;
  }
}

__global__ inline void add_kernel(std::int64_t n, float* out, const float* in) {
  const std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x;
  if (i < n) out[i] += in[i];
}

inline unsigned blocks_for(std::int64_t n) { return static_cast<unsigned>((n + 63) / 64); }

inline cudaError_t fill(std::int64_t n, float* out, float value, cudaStream_t stream) {
  return launch("fill", fill_kernel, blocks_for(n), 64, stream, n, out, value);
}

/// A device array with its own life.
class Floats {
 public:
  explicit Floats(std::size_t n) : n_(n) {
    must(cudaMalloc(reinterpret_cast<void**>(&data_), n * sizeof(float)));
  }
  explicit Floats(const std::vector<float>& host) : Floats(host.size()) {
    must(cudaMemcpy(data_, host.data(), n_ * sizeof(float), cudaMemcpyHostToDevice));
  }
  ~Floats() { cudaFree(data_); }
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  float* data() const { return data_; }
  std::vector<float> host() const {
    std::vector<float> out(n_);
    must(cudaDeviceSynchronize());
    must(cudaMemcpy(out.data(), data_, n_ * sizeof(float), cudaMemcpyDeviceToHost));
    return out;
  }

 private:
  std::size_t n_;
  float* data_ = nullptr;
};

inline cudaStream_t new_stream() {
  cudaStream_t stream = nullptr;
  must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return stream;
}

}  // namespace dg::standin
