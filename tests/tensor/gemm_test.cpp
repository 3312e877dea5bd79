// The fast CPU backend's matrix products against the reference backend's.
#include <array>
#include <limits>

#include "tensor/backend.h"
#include "tensor/check.h"
#include "device/parity.h"

namespace dg {
namespace {

struct Product {
  Numbers a, b, c;
  Gemm gemm;
};

Product product(Index m, Index n, Index k, bool ta, bool tb, Index slack, float alpha, float beta) {
  Rng rng(11, static_cast<std::uint64_t>(m * 10007 + n * 101 + k));
  Product p;
  Gemm& g = p.gemm;
  g = {.transpose_a = ta, .transpose_b = tb, .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta};
  g.lda = (ta ? m : k) + slack;
  g.ldb = (tb ? k : n) + slack;
  g.ldc = n + slack;
  p.a = normal((ta ? k : m) * g.lda, rng);
  p.b = normal((tb ? n : k) * g.ldb, rng);
  p.c = normal(m * g.ldc, rng);
  if (beta == 0) {
    for (Index i = 0; i < m; ++i) {
      for (Index j = 0; j < n; ++j) p.c[i * g.ldc + j] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  return p;
}

Numbers result(Backend& backend, const Product& p) {
  Numbers c = p.c;
  Gemm g = p.gemm;
  g.a = p.a.data();
  g.b = p.b.data();
  g.c = c.data();
  backend.gemm(g);
  return c;
}

TEST(GemmParity, TransposesSizesStridesAndScales) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const auto& [m, n, k] : {std::array<Index, 3>{0, 3, 4},
                                    {3, 0, 4},
                                    {3, 4, 0},
                                    {1, 1, 1},
                                    {1, 9, 5},
                                    {7, 1, 3},
                                    {5, 3, 1},
                                    {17, 33, 65},
                                    {81, 64, 130}}) {
        for (const Index slack : {0, 3}) {
          for (const auto& [alpha, beta] :
               {std::pair{1.0f, 0.0f}, {1.0f, 1.0f}, {-0.5f, 2.0f}, {0.0f, 0.5f}}) {
            const Product p = product(m, n, k, ta, tb, slack, alpha, beta);
            const Numbers fast = result(fast_cpu_backend(), p);
            const std::string what = fmt::format("m {} n {} k {} ta {} tb {} slack {} alpha {} beta {}", m, n,
                                                 k, ta, tb, slack, alpha, beta);
            expect_close(fast, result(reference_backend(), p), std::max<Index>(1, k), what);
            EXPECT_EQ(fast, result(fast_cpu_backend(), p)) << what;
          }
        }
      }
    }
  }
}

TEST(GemmParity, LongReductionsRepeatBitForBit) {
  for (const bool ta : {false, true}) {
    const Product p = product(24, 40, 5000, ta, false, 0, 1, 0);
    const Numbers fast = result(fast_cpu_backend(), p);
    expect_close(fast, result(reference_backend(), p), 5000, "long");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(fast, result(fast_cpu_backend(), p));
  }
}

}  // namespace
}  // namespace dg
