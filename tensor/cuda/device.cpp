#include "tensor/cuda/device.h"

#include "tensor/check.h"

namespace dg::cuda {
namespace {

// NVIDIA's advice for Hopper. GPUs before it need 4 MiB.
constexpr std::size_t blas_workspace_bytes = std::size_t{32} << 20;

struct Gpu {
  cudaStream_t compute = nullptr, copies = nullptr;
  cublasHandle_t blas = nullptr;
  cudnnHandle_t dnn = nullptr;
  void* blas_workspace = nullptr;

  Gpu() {
    const std::string why = why_unavailable();
    if (!why.empty()) throw Error("[device] cuda was asked for, but " + why + "; use --device cpu");
    check(cudaStreamCreateWithFlags(&compute, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    check(cudaStreamCreateWithFlags(&copies, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    check(cublasCreate(&blas), "cublasCreate");
    check(cublasSetStream(blas, compute), "cublasSetStream");
    check(cudaMalloc(&blas_workspace, blas_workspace_bytes), "cudaMalloc");
    check(cublasSetWorkspace(blas, blas_workspace, blas_workspace_bytes), "cublasSetWorkspace");
    check(cudnnCreate(&dnn), "cudnnCreate");
    check(cudnnSetStream(dnn, compute), "cudnnSetStream");
  }
};

const Gpu& gpu() {
  static const Gpu* const one = new Gpu;  // leaked: tensors with static storage may outlive static objects
  return *one;
}

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  throw BackendError(
      fmt::format("[cuda] {}: {} ({})", what, cudaGetErrorString(status), cudaGetErrorName(status)));
}

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw BackendError(fmt::format("[cuda] {}: {}", what, cublasGetStatusString(status)));
}

void check(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  throw BackendError(fmt::format("[cuda] {}: {}", what, cudnnGetErrorString(status)));
}

std::string why_unavailable() {
  int devices = 0;  // a failing call leaves it untouched
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess) {
    cudaGetLastError();  // clears the error, which the check after the next launch would report again
    return fmt::format("there is no usable GPU: {} ({})", cudaGetErrorString(status),
                       cudaGetErrorName(status));
  }
  return devices == 0 ? "this machine has no GPU" : "";
}

std::string describe() {
  gpu();
  cudaDeviceProp p{};
  int driver = 0, runtime = 0, blas_version = 0;
  check(cudaGetDeviceProperties(&p, 0), "cudaGetDeviceProperties");
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  check(cublasGetVersion(blas(), &blas_version), "cublasGetVersion");
  return fmt::format(
      "{}, sm_{}{}, {} multiprocessors, {:.1f} GiB, driver {}, runtime {}, cuBLAS {}, cuDNN {}", p.name,
      p.major, p.minor, p.multiProcessorCount, static_cast<double>(p.totalGlobalMem) / (1 << 30), driver,
      runtime, blas_version, cudnnGetVersion());
}

cudaStream_t stream() { return gpu().compute; }
cudaStream_t copy_stream() { return gpu().copies; }
cublasHandle_t blas() { return gpu().blas; }
cudnnHandle_t dnn() { return gpu().dnn; }

}  // namespace dg::cuda
