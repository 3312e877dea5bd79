#include "tests/cuda/standin/convolution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/rng.h"
#include "tests/cuda/standin/runtime.h"
#include "tests/cuda/standin/test/graph_convolution.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

std::vector<float> random_numbers(std::int64_t n, std::uint64_t stream) {
  Rng rng(2, stream);
  std::vector<float> out(static_cast<std::size_t>(n));
  for (float& x : out) x = to_tf32(static_cast<float>(rng.uniform(-1, 1)));  // the same on tensor cores
  return out;
}

double inner(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

GraphGeometry geometry(std::int64_t stride, std::int64_t dilation) {
  GraphGeometry g{.n = 2,
                  .h = 9,
                  .w = 8,
                  .c = 4,
                  .k = 8,
                  .r = 3,
                  .s = 3,
                  .out_h = 0,
                  .out_w = 0,
                  .pad = dilation,
                  .stride = stride,
                  .dilation = dilation};
  g.out_h = (g.h + 2 * g.pad - dilation * (g.r - 1) - 1) / stride + 1;
  g.out_w = (g.w + 2 * g.pad - dilation * (g.s - 1) - 1) / stride + 1;
  return g;
}

struct Cudnn {
  cudnnHandle_t handle = nullptr;
  cudaStream_t stream = new_stream();
  Cudnn() {
    must(cudnnCreate(&handle));
    must(cudnnSetStream(handle, stream));
  }
  ~Cudnn() {
    cudnnDestroy(handle);
    cudaStreamDestroy(stream);
  }
};

/// Runs one direction on copies; the operand it computes starts as NaN.
std::vector<float> run(const Cudnn& cudnn, const DirectionNames& names, const GraphGeometry& g,
                       const std::vector<float>* x, const std::vector<float>* w,
                       const std::vector<float>* y) {
  GraphConvolution plan(cudnn.handle, names, g);
  const auto operand = [](const std::vector<float>* host, std::int64_t size) {
    return host != nullptr ? std::make_unique<Floats>(*host)
                           : std::make_unique<Floats>(static_cast<std::size_t>(size));
  };
  const auto dx = operand(x, g.n * g.h * g.w * g.c), dw = operand(w, g.k * g.r * g.s * g.c),
             dy = operand(y, g.n * g.out_h * g.out_w * g.k);
  Floats workspace(plan.workspace() / sizeof(float) + 1);
  must(plan.run(dx->data(), dw->data(), dy->data(), workspace.data()));
  return (x == nullptr ? dx : w == nullptr ? dw : dy)->host();
}

TEST(StandinConvolution, ForwardEqualsLoopsAndTheOthersAreItsAdjoints) {
  const Cudnn cudnn;
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t dilation : {1, 2, 4}) {
      const GraphGeometry g = geometry(stride, dilation);
      const auto x = random_numbers(g.n * g.h * g.w * g.c, 1), w = random_numbers(g.k * g.r * g.s * g.c, 2),
                 up = random_numbers(g.n * g.out_h * g.out_w * g.k, 3);
      const auto y = run(cudnn, forward_names, g, &x, &w, nullptr);
      for (std::int64_t at = 0; at < static_cast<std::int64_t>(y.size()); ++at) {
        const std::int64_t k = at % g.k, q = at / g.k % g.out_w, p = at / g.k / g.out_w % g.out_h,
                           n = at / g.k / g.out_w / g.out_h;
        double sum = 0;
        for (std::int64_t tap = 0; tap < g.r * g.s * g.c; ++tap) {
          const std::int64_t c = tap % g.c, s = tap / g.c % g.s, r = tap / g.c / g.s;
          const std::int64_t i = p * stride - g.pad + r * dilation, j = q * stride - g.pad + s * dilation;
          if (i < 0 || i >= g.h || j < 0 || j >= g.w) continue;
          sum += static_cast<double>(x[((n * g.h + i) * g.w + j) * g.c + c]) *
                 w[((k * g.r + r) * g.s + s) * g.c + c];
        }
        ASSERT_NEAR(y[at], sum, 1e-5);
      }
      const auto dx = run(cudnn, by_input_names, g, nullptr, &w, &up),
                 dw = run(cudnn, by_weight_names, g, &x, nullptr, &up);
      const double expected = inner(up, y);
      EXPECT_NEAR(inner(dx, x), expected, 1e-4);
      EXPECT_NEAR(inner(dw, w), expected, 1e-4);
    }
  }
}

TEST(StandinConvolution, TensorCoresLoseBits) {
  Convolution g{.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1, .out_h = 1, .out_w = 1};
  float x = 1 + 0x1p-12f, w = 1, y = 0;
  convolve(g, &x, &w, &y);
  EXPECT_EQ(y, x);
  g.tf32 = true;
  convolve(g, &x, &w, &y);
  EXPECT_EQ(y, 1);
}

TEST(StandinConvolution, WorkspaceIsGarbageAfterwards) {
  const Cudnn cudnn;
  const GraphGeometry g = geometry(1, 1);
  GraphConvolution plan(cudnn.handle, by_weight_names, g);
  if (plan.workspace() == 0) GTEST_SKIP() << "cuDNN proposes an engine without workspace";
  Floats x(random_numbers(g.n * g.h * g.w * g.c, 1)), w(static_cast<std::size_t>(g.k * g.r * g.s * g.c)),
      y(random_numbers(g.n * g.out_h * g.out_w * g.k, 2)), workspace(plan.workspace() / sizeof(float));
  must(fill(static_cast<std::int64_t>(plan.workspace() / sizeof(float)), workspace.data(), 0, cudnn.stream));
  must(plan.run(x.data(), w.data(), y.data(), workspace.data()));
  EXPECT_TRUE(std::isnan(workspace.host()[0]));
}

TEST(StandinConvolution, WrongShapesAndRangesAreRefused) {
  const Cudnn cudnn;
  GraphGeometry g = geometry(1, 1);
  GraphConvolution plan(cudnn.handle, forward_names, g);
  Floats x(static_cast<std::size_t>(g.n * g.h * g.w * g.c)),
      w(static_cast<std::size_t>(g.k * g.r * g.s * g.c)),
      y(static_cast<std::size_t>(g.n * g.out_h * g.out_w * g.k)),
      workspace(plan.workspace() / sizeof(float) + 1);
  EXPECT_EQ(plan.run(x.data(), w.data(), y.data(), workspace.data()), CUDNN_STATUS_SUCCESS);
  EXPECT_EQ(plan.run(x.data() + 4, w.data(), y.data(), workspace.data()),
            CUDNN_STATUS_BAD_PARAM);  // too long
  EXPECT_EQ(plan.run(x.data(), w.data(), y.data() + 1, workspace.data()),
            CUDNN_STATUS_BAD_PARAM);  // alignment
  std::vector<float> host(10000);
  EXPECT_EQ(plan.run(x.data(), host.data(), y.data(), workspace.data()), CUDNN_STATUS_BAD_PARAM);
  must(cudaDeviceSynchronize());
  g.out_h += 1;
  EXPECT_THROW(GraphConvolution(cudnn.handle, forward_names, g), std::runtime_error);
}

}  // namespace
}  // namespace dg::standin
