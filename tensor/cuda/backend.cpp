// The CUDA backend: memory and copies here; products in gemm.cpp, convolutions in convolution.cpp.
#include "tensor/backend.h"

#include <atomic>

#include "tensor/check.h"
#include "tensor/cuda/convolution.h"
#include "tensor/cuda/gemm.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

using cuda::check;

class CudaBackend final : public Backend {
 public:
  CudaBackend() { cuda::stream(); }  // throws at once, with the reason, where there is no GPU
  const char* name() const override { return "cuda"; }

  void* allocate(std::size_t bytes) override {
    void* data = nullptr;
    const cudaError_t status = cudaMalloc(&data, bytes);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // clears the error, which the check after the next launch would report again
      std::size_t free = 0, total = 0;
      check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
      throw OutOfMemory(
          fmt::format("[cuda] out of memory: {} bytes asked for, {} of {} free", bytes, free, total));
    }
    check(status, "cudaMalloc");
    return data;
  }
  void release(void* data) override { cudaFree(data); }

  void copy_to_host(void* host, const void* device, std::size_t bytes) override {
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, cuda::stream()), "copy to host");
    synchronize();
  }
  void copy_from_host(void* device, const void* host, std::size_t bytes) override {
    check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, cuda::stream()), "copy from host");
    synchronize();  // the caller may change `host` at once
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, cuda::stream()), "copy");
  }
  void synchronize() override {
    ++host_waits_;
    check(cudaStreamSynchronize(cuda::stream()), "synchronize");
  }
  std::int64_t host_waits() const override { return host_waits_; }

  void* allocate_pinned(std::size_t bytes) override {
    void* data = nullptr;
    check(cudaHostAlloc(&data, bytes, cudaHostAllocDefault), "cudaHostAlloc");
    return data;
  }
  void release_pinned(void* data) override { cudaFreeHost(data); }

  void* make_mark() override {
    cudaEvent_t event = nullptr;
    check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    return event;
  }
  void release_mark(void* mark) override { cudaEventDestroy(static_cast<cudaEvent_t>(mark)); }
  void set_mark(void* mark) override {
    check(cudaEventRecord(static_cast<cudaEvent_t>(mark), cuda::stream()), "cudaEventRecord");
  }
  bool reached(void* mark) override {
    const cudaError_t status = cudaEventQuery(static_cast<cudaEvent_t>(mark));
    if (status == cudaErrorNotReady) return false;
    check(status, "cudaEventQuery");
    return true;
  }
  void wait_for(void* mark) override {
    check(cudaEventSynchronize(static_cast<cudaEvent_t>(mark)), "cudaEventSynchronize");
  }
  void upload(void* device, const void* pinned, std::size_t bytes, void* after, void* arrived) override {
    const auto free = static_cast<cudaEvent_t>(after), done = static_cast<cudaEvent_t>(arrived);
    check(cudaStreamWaitEvent(cuda::copy_stream(), free, 0), "cudaStreamWaitEvent");
    check(cudaMemcpyAsync(device, pinned, bytes, cudaMemcpyHostToDevice, cuda::copy_stream()), "upload");
    check(cudaEventRecord(done, cuda::copy_stream()), "cudaEventRecord");
    check(cudaStreamWaitEvent(cuda::stream(), done, 0), "cudaStreamWaitEvent");
  }
  void download(void* pinned, const void* device, std::size_t bytes) override {
    check(cudaMemcpyAsync(pinned, device, bytes, cudaMemcpyDeviceToHost, cuda::stream()), "download");
  }

  void gemm(const Gemm& g) override { cuda::gemm(g); }
  void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y) override {
    cuda::conv_forward(g, x, w, bias, y);
  }
  void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) override {
    cuda::conv_backward_input(g, dy, w, dx);
  }
  void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) override {
    cuda::conv_backward_weight(g, x, dy, dw);
  }

 private:
  std::atomic<std::int64_t> host_waits_ = 0;
};

}  // namespace

Backend& cuda_backend() {
  static auto* const backend = new CudaBackend;  // leaked: static tensors may outlive static objects
  return *backend;
}

std::string why_no_cuda() { return cuda::why_unavailable(); }
std::string describe_cuda() { return cuda::describe(); }

}  // namespace DG_WIDTH
}  // namespace dg
