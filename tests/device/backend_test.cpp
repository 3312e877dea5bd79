// The backend itself: matrix products in all forms, and the three passes of the convolution.
#include <array>
#include <limits>
#include <tuple>

#include "device/geometries.h"
#include "device/under_test.h"
#include "tensor/parallel.h"

namespace dg::test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Tensor on_device(const Numbers& values, Device on) {
  return Tensor::from({static_cast<Index>(values.size())}, values, on);
}

struct Product {
  Numbers a, b, c;
  Gemm gemm;
};

// `slack`: how much longer stored rows are than the matrix; different for each matrix.
Product product(Index m, Index n, Index k, bool ta, bool tb, Index slack, float alpha, float beta) {
  Rng rng(11, static_cast<std::uint64_t>(m * 10007 + n * 101 + k));
  Product p;
  Gemm& g = p.gemm;
  g = {.transpose_a = ta, .transpose_b = tb, .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta};
  g.lda = (ta ? m : k) + slack;
  g.ldb = (tb ? k : n) + 2 * slack;
  g.ldc = n + 3 * slack;
  p.a = normal((ta ? k : m) * g.lda, rng);
  p.b = normal((tb ? n : k) * g.ldb, rng);
  p.c = normal(m * g.ldc, rng);
  for (Index i = 0; beta == 0 && i < m; ++i) {
    std::fill_n(p.c.begin() + i * g.ldc, n, nan);  // beta = 0 never reads C
  }
  return p;
}

Numbers result(const Product& p, Device on) {
  const Tensor a = on_device(p.a, on), b = on_device(p.b, on), c = on_device(p.c, on);
  Gemm g = p.gemm;
  g.a = a.data();
  g.b = b.data();
  g.c = c.data();
  backend(on).gemm(g);
  return c.to_vector();  // what lies between the rows must be as before
}

TEST(DeviceGemm, TransposesSizesStridesAndScales) {
  for (const auto& [m, n, k] : {std::array<Index, 3>{0, 3, 4},
                                {3, 0, 4},
                                {3, 4, 0},
                                {1, 1, 1},
                                {1, 9, 5},
                                {7, 1, 3},
                                {5, 3, 1},
                                {17, 33, 65},
                                {81, 64, 130}}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        for (const Index slack : {0, 3}) {
          for (const auto& [alpha, beta] :
               {std::pair{1.0f, 0.0f}, {1.0f, 1.0f}, {-0.5f, 2.0f}, {0.0f, 0.5f}}) {
            const Product p = product(m, n, k, ta, tb, slack, alpha, beta);
            const Numbers ref = on_reference([&p](Device on) { return result(p, on); });
            const Numbers got = result(p, device());
            const std::string what = fmt::format("m {} n {} k {} ta {} tb {} slack {} alpha {} beta {}", m, n,
                                                 k, ta, tb, slack, alpha, beta);
            expect_parity(got, ref,
                          {.operation = "gemm", .what = what, .reduction = k + 1, .products = true});
            EXPECT_TRUE(got == result(p, device())) << what << ": two runs differ";
          }
        }
      }
    }
  }
}

// One short side and a large matrix: the CPU has kernels of its own for these (thin_products.h up to 8 rows,
// packed_product.h beyond).
TEST(DeviceGemm, AShortSideAndALargeMatrix) {
  for (const int count : {0, 1, 3}) {
    set_threads(count);
    for (const auto& [m, n, k] : {std::array<Index, 3>{1, 300, 257},
                                  {2, 2100, 40},
                                  {3, 301, 260},
                                  {7, 65, 1030},
                                  {8, 5000, 17},
                                  {260, 300, 1},
                                  {301, 1100, 3},
                                  {400, 203, 8},
                                  {9, 300, 257},
                                  {27, 4001, 17},
                                  {81, 270, 530},
                                  {512, 290, 513},
                                  {40, 65537, 1}}) {
      for (const bool tb : {false, true}) {
        for (const auto& [slack, alpha, beta] : {std::tuple{0, 1.0f, 0.0f}, {3, -0.5f, 2.0f}}) {
          const Product p = product(m, n, k, k <= 8, tb, slack, alpha, beta);
          const Numbers ref = on_reference([&p](Device on) { return result(p, on); });
          const Numbers got = result(p, device());
          const std::string what = fmt::format("m {} n {} k {} tb {} alpha {} beta {}, {} threads", m, n, k,
                                               tb, alpha, beta, count);
          expect_parity(got, ref, {.operation = "gemm", .what = what, .reduction = k + 1, .products = true});
          EXPECT_TRUE(got == result(p, device())) << what << ": two runs differ";
        }
      }
    }
  }
  set_threads(0);
}

TEST(DeviceGemm, LongReductions) {
  for (const bool ta : {false, true}) {
    const Product p = product(3, 5, 5000, ta, false, 0, 1, 0);
    const Numbers got = result(p, device());
    expect_parity(got, on_reference([&p](Device on) { return result(p, on); }),
                  {.operation = "gemm", .what = "k 5000", .reduction = 5000, .products = true});
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(got == result(p, device())) << "two runs differ";
  }
}

// All passes into buffers full of NaN, so that an output nobody wrote shows.
Named convolve(const ConvGeometry& g, const Numbers& x, const Numbers& w, const Numbers& bias,
               const Numbers& dy, Device on) {
  Backend& b = backend(on);
  const Tensor dx_in = on_device(x, on), dw_in = on_device(w, on), bias_in = on_device(bias, on),
               dy_in = on_device(dy, on);
  const Tensor y = on_device(Numbers(dy.size(), nan), on), with_bias = y.clone(),
               dx = on_device(Numbers(x.size(), nan), on), dw = on_device(Numbers(w.size(), nan), on);
  b.conv_forward(g, dx_in.data(), dw_in.data(), nullptr, y.data());
  b.conv_forward(g, dx_in.data(), dw_in.data(), bias_in.data(), with_bias.data());
  b.conv_backward_input(g, dy_in.data(), dw_in.data(), dx.data());
  b.conv_backward_weight(g, dx_in.data(), dy_in.data(), dw.data());
  return {{"forward", y.to_vector()},
          {"forward with bias", with_bias.to_vector()},
          {"by input", dx.to_vector()},
          {"by weight", dw.to_vector()}};
}

void check(const ConvGeometry& g) {
  Rng rng(7, static_cast<std::uint64_t>(g.macs()));
  const Index pixels = g.n * g.out_h() * g.out_w();
  const Numbers x = normal(g.n * g.h * g.w * g.c, rng), w = normal(g.k * g.r * g.s * g.c, rng),
                bias = normal(g.k, rng), dy = normal(pixels * g.k, rng);
  const auto run = [&](Device on) { return convolve(g, x, w, bias, dy, on); };
  const Named ref = on_reference(run), got = run(device()), again = run(device());
  const Index forward = g.r * g.s * g.c;
  const std::array<Index, 4> reductions{forward, forward, g.r * g.s * g.k, pixels};
  for (std::size_t pass = 0; pass < 4; ++pass) {
    const std::string what = got[pass].first + ", " + g.str();
    expect_parity(
        got[pass].second, ref[pass].second,
        {.operation = "convolution", .what = what, .reduction = reductions[pass], .products = true});
    EXPECT_TRUE(got[pass].second == again[pass].second) << what << ": two runs differ";
  }
  // <dy, conv(x, w)> = <dx, x> = <dw, w>
  const Numbers& y = got[0].second;
  const double through_y = dot(dy, y), scale = std::sqrt(dot(dy, dy) * dot(y, y));
  const double allowed = 16 * (tf32() ? tf32_eps : float_eps) *
                         std::sqrt(static_cast<double>(std::max<Index>(1, forward))) * scale;
  EXPECT_NEAR(through_y, dot(got[2].second, x), allowed) << g.str();
  EXPECT_NEAR(through_y, dot(got[3].second, w), allowed) << g.str();
}

TEST(DeviceConvolution, ThreePassesAreRightAdjointAndRepeatable) {
  for (const ConvGeometry& g : geometries()) check(g);
}

TEST(DeviceConvolution, WithoutImagesOrChannels) {
  for (const ConvGeometry& g : empty_geometries()) check(g);
}

TEST(DeviceConvolution, AShapeServedBeforeTakesNoMemoryFromTheSystem) {
  const ConvGeometry g{.n = 3, .h = 9, .w = 9, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
  check(g);
  const AllocatorStatistics before = allocator_statistics(device());
  if (before.reserved == before.in_use) GTEST_SKIP() << "the allocator passes every request through";
  check(g);
  EXPECT_EQ(allocator_statistics(device()).system_calls, before.system_calls);
}

}  // namespace
}  // namespace dg::test
