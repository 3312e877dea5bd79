// The thin interface under the tensors: memory and its transfers, matrix product, convolution. Nothing else
// is virtual; everything else is a functor run by tensor/parallel.h on either device.
#pragma once
#include <compare>
#include <cstddef>
#include <string>

#include "tensor/device.h"
#include "tensor/real.h"

namespace dg {

/// Sizes of a 2-d convolution (cross-correlation) over NHWC images with KRSC filters:
///   y[n, p, q, k] = sum over r, s, c of
///                   x[n, p*stride - pad + r*dilation, q*stride - pad + s*dilation, c] * w[k, r, s, c]
/// where x is zero outside the image. `dilation` counts from 1 (1 = dense).
struct ConvGeometry {
  Index n = 0, h = 0, w = 0, c = 0;  // input
  Index k = 0, r = 0, s = 0;         // filters, filter height and width
  Index stride = 1, pad = 0, dilation = 1;

  Index out_h() const { return (h + 2 * pad - dilation * (r - 1) - 1) / stride + 1; }
  Index out_w() const { return (w + 2 * pad - dilation * (s - 1) - 1) / stride + 1; }
  /// Multiply-accumulates of one pass.
  Index macs() const { return n * out_h() * out_w() * k * r * s * c; }
  /// As "x [81, 62, 62, 64], w [128, 3, 3, 64], stride 1, pad 1, dilation 1".
  std::string str() const;
  auto operator<=>(const ConvGeometry&) const = default;
};

/// What is computed of a convolution: y, or the gradient with respect to its input (dx) or its weight (dw).
enum class ConvPass { forward, backward_input, backward_weight };

inline namespace DG_WIDTH {

/// One matrix product, row-major: C = alpha * op(A) * op(B) + beta * C, where op(A) is m x k, op(B) k x n and
/// C m x n. A transposed operand is stored the other way round; `lda`, `ldb`, `ldc` are the distances between
/// stored rows. beta == 0 never reads C.
struct Gemm {
  bool transpose_a = false, transpose_b = false;
  Index m = 0, n = 0, k = 0;
  Real alpha = 1;
  const Real* a = nullptr;
  Index lda = 0;
  const Real* b = nullptr;
  Index ldb = 0;
  Real beta = 0;
  Real* c = nullptr;
  Index ldc = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const char* name() const = 0;

  /// `bytes` of device memory, aligned to at least 64 bytes. Throws BackendError when there is no more.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* data) = 0;
  virtual void copy_to_host(void* host, const void* device, std::size_t bytes) = 0;
  virtual void copy_from_host(void* device, const void* host, std::size_t bytes) = 0;
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;

  // ---- Work that goes on while the host does something else (used through tensor/transfer.h). These
  // defaults serve a CPU, where every call has done its work when it returns, and marks are null.
  /// Waits until everything given to the device is done.
  virtual void synchronize() {}
  /// How often the host has waited for the device so far, in synchronize() and in blocking copies.
  virtual Index host_waits() const { return 0; }
  /// Host memory that the device can reach by itself.
  virtual void* allocate_pinned(std::size_t bytes) { return allocate(bytes); }
  virtual void release_pinned(void* data) { release(data); }
  /// A mark names a moment in the device's work: the one where it was last set.
  virtual void* make_mark() { return nullptr; }
  virtual void release_mark(void* /*mark*/) {}
  virtual void set_mark(void* /*mark*/) {}
  virtual bool reached(void* /*mark*/) { return true; }
  virtual void wait_for(void* /*mark*/) {}
  /// Copies pinned to device once the mark `after` is reached, beside other work. Sets the mark `arrived`,
  /// and work given to the device later starts after it.
  virtual void upload(void* device, const void* pinned, std::size_t bytes, void* /*after*/,
                      void* /*arrived*/) {
    copy_from_host(device, pinned, bytes);
  }
  /// Copies device to pinned after all work given to the device so far.
  virtual void download(void* pinned, const void* device, std::size_t bytes) {
    copy_to_host(pinned, device, bytes);
  }

  virtual void gemm(const Gemm& g) = 0;
  /// y = conv(x, w) + bias; bias is null or one number per filter.
  virtual void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias,
                            Real* y) = 0;
  /// The gradient with respect to x: the adjoint of x -> conv(x, w), applied to the upstream gradient dy.
  virtual void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) = 0;
  /// The gradient with respect to w: the adjoint of w -> conv(x, w), applied to the upstream gradient dy.
  virtual void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) = 0;
};

/// The backend that serves `device` now. Throws Error when this build or machine has no such device.
Backend& backend(Device device);

/// The CPU's two backends: plain loops that accumulate in double (the truth), and the fast one (oneDNN and
/// our own convolutions; float only: in the double build it is the reference).
Backend& reference_backend();
Backend& fast_cpu_backend();
/// Chooses which of the two serves Device::cpu. The fast one by default.
void use_cpu_backend(Backend& chosen);

/// How the CUDA device computes matrix products and convolutions. The sums are float32 in any case.
struct CudaPolicy {
  /// true: factors may be rounded to TF32 (10 bits of mantissa) for the tensor cores, and convolutions may
  /// use Winograd's transforms; never float16 or bfloat16. false ("strict"): plain float32 sums of products.
  bool tf32 = true;
  /// true: only convolution engines that give the same bits every time.
  bool deterministic = true;
  /// Bytes of scratch memory for a convolution. An engine that wants more is taken only if no other exists.
  /// 1 GiB is more than the engines of first choice want for Table 1 at batch 81 (docs/gpu.md).
  Index workspace_limit = Index{1} << 30;
  auto operator<=>(const CudaPolicy&) const = default;
};
void use_cuda_policy(CudaPolicy policy);
CudaPolicy cuda_policy();
/// Empty when there is a GPU to use; otherwise why not, in words for people.
std::string why_no_cuda();
/// The GPU in words: name, compute capability, memory, versions of driver and libraries. Throws Error
/// without.
std::string describe_cuda();

}  // namespace DG_WIDTH
}  // namespace dg
