// The reference backend: plain loops in the order of the formulas, accumulating in double. It is slow, and
// the truth that every other backend is compared with. Matrix products of up to 4,096 multiplications and
// convolutions of up to 65,536 are not worth starting threads for.
#include <omp.h>

#include "tensor/cpu/host_memory.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

class ReferenceBackend final : public cpu::HostMemoryBackend {
 public:
  const char* name() const override { return "reference"; }

  void gemm(const Gemm& g) override {
#pragma omp parallel for schedule(static) if (g.m * g.n * g.k > 4096)
    for (Index i = 0; i < g.m; ++i) {
      for (Index j = 0; j < g.n; ++j) {
        double sum = 0;
        for (Index p = 0; p < g.k; ++p) {
          const Real a = g.transpose_a ? g.a[p * g.lda + i] : g.a[i * g.lda + p];
          const Real b = g.transpose_b ? g.b[j * g.ldb + p] : g.b[p * g.ldb + j];
          sum += static_cast<double>(a) * b;
        }
        Real& c = g.c[i * g.ldc + j];
        c = static_cast<Real>(g.alpha * sum + (g.beta == 0 ? 0.0 : static_cast<double>(g.beta) * c));
      }
    }
  }

  void conv_forward(const ConvGeometry& g, const Real* x, const Real* w, const Real* bias, Real* y) override {
    const Index oh = g.out_h(), ow = g.out_w();
#pragma omp parallel for schedule(static) if (g.macs() > 65536)
    for (Index i = 0; i < g.n * oh * ow; ++i) {
      const Index n = i / (oh * ow), p = i / ow % oh, q = i % ow;
      for (Index k = 0; k < g.k; ++k) {
        double sum = bias != nullptr ? bias[k] : 0;
        for (Index r = 0; r < g.r; ++r) {
          for (Index s = 0; s < g.s; ++s) {
            const Index row = p * g.stride - g.pad + r * g.dilation,
                        col = q * g.stride - g.pad + s * g.dilation;
            if (row < 0 || row >= g.h || col < 0 || col >= g.w) continue;
            const Real* pixel = x + ((n * g.h + row) * g.w + col) * g.c;
            const Real* filter = w + ((k * g.r + r) * g.s + s) * g.c;
            for (Index c = 0; c < g.c; ++c) sum += static_cast<double>(pixel[c]) * filter[c];
          }
        }
        y[i * g.k + k] = static_cast<Real>(sum);
      }
    }
  }

  void conv_backward_input(const ConvGeometry& g, const Real* dy, const Real* w, Real* dx) override {
    const Index oh = g.out_h(), ow = g.out_w();
#pragma omp parallel for schedule(static) if (g.macs() > 65536)
    for (Index i = 0; i < g.n * g.h * g.w; ++i) {
      const Index n = i / (g.h * g.w), row = i / g.w % g.h, col = i % g.w;
      for (Index c = 0; c < g.c; ++c) {
        double sum = 0;
        for (Index r = 0; r < g.r; ++r) {
          for (Index s = 0; s < g.s; ++s) {
            // The output pixel that reads this input pixel through filter position (r, s), if there is one.
            const Index py = row + g.pad - r * g.dilation, px = col + g.pad - s * g.dilation;
            if (py < 0 || px < 0 || py % g.stride != 0 || px % g.stride != 0) continue;
            const Index p = py / g.stride, q = px / g.stride;
            if (p >= oh || q >= ow) continue;
            const Real* upstream = dy + ((n * oh + p) * ow + q) * g.k;
            for (Index k = 0; k < g.k; ++k) {
              sum += static_cast<double>(upstream[k]) * w[((k * g.r + r) * g.s + s) * g.c + c];
            }
          }
        }
        dx[i * g.c + c] = static_cast<Real>(sum);
      }
    }
  }

  void conv_backward_weight(const ConvGeometry& g, const Real* x, const Real* dy, Real* dw) override {
    const Index oh = g.out_h(), ow = g.out_w();
#pragma omp parallel for schedule(static) if (g.macs() > 65536)
    for (Index i = 0; i < g.k * g.r * g.s; ++i) {
      const Index k = i / (g.r * g.s), r = i / g.s % g.r, s = i % g.s;
      for (Index c = 0; c < g.c; ++c) {
        double sum = 0;
        for (Index n = 0; n < g.n; ++n) {
          for (Index p = 0; p < oh; ++p) {
            const Index row = p * g.stride - g.pad + r * g.dilation;
            if (row < 0 || row >= g.h) continue;
            for (Index q = 0; q < ow; ++q) {
              const Index col = q * g.stride - g.pad + s * g.dilation;
              if (col < 0 || col >= g.w) continue;
              sum += static_cast<double>(dy[((n * oh + p) * ow + q) * g.k + k]) *
                     x[((n * g.h + row) * g.w + col) * g.c + c];
            }
          }
        }
        dw[i * g.c + c] = static_cast<Real>(sum);
      }
    }
  }
};

}  // namespace

Backend& reference_backend() {
  static auto* const backend = new ReferenceBackend;  // leaked: static tensors may outlive static objects
  return *backend;
}

}  // namespace DG_WIDTH
}  // namespace dg
