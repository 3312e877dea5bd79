#include <gtest/gtest.h>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "error_text.h"

namespace dg {
namespace {

// Scatters every input pixel into the outputs it reaches, instead of gathering as the reference backend does.
std::vector<double> conv_by_scatter(const Tensor& x, const Tensor& w, const Conv2dOptions& o, std::int64_t oh,
                                    std::int64_t ow) {
  const std::vector<Real> xv = x.to_vector(), wv = w.to_vector();
  const Shape xs = x.shape(), ws = w.shape();
  std::vector<double> y(static_cast<std::size_t>(xs[0] * oh * ow * ws[0]));
  for (std::int64_t n = 0; n < xs[0]; ++n)
    for (std::int64_t i = 0; i < xs[1]; ++i)
      for (std::int64_t j = 0; j < xs[2]; ++j)
        for (std::int64_t r = 0; r < ws[1]; ++r)
          for (std::int64_t s = 0; s < ws[2]; ++s) {
            const std::int64_t pi = i + o.pad - r * o.dilation, qj = j + o.pad - s * o.dilation;
            if (pi < 0 || qj < 0 || pi % o.stride || qj % o.stride || pi / o.stride >= oh ||
                qj / o.stride >= ow)
              continue;
            for (std::int64_t k = 0; k < ws[0]; ++k)
              for (std::int64_t c = 0; c < xs[3]; ++c)
                y[((n * oh + pi / o.stride) * ow + qj / o.stride) * ws[0] + k] +=
                    xv[((n * xs[1] + i) * xs[2] + j) * xs[3] + c] *
                    wv[((k * ws[1] + r) * ws[2] + s) * xs[3] + c];
          }
  return y;
}

TEST(Conv2d, AgreesWithScatteredInput) {
  Rng rng(1);
  for (const Conv2dOptions o :
       {Conv2dOptions{1, 0, 1}, {1, 1, 1}, {2, 2, 1}, {1, 2, 2}, {1, 3, 3}, {3, 1, 2}}) {
    const Tensor x = random_normal({2, 8, 9, 3}, rng), w = random_normal({4, 3, 3, 3}, rng);
    const Var y = conv2d(Var(x), Var(w), Var(), o);
    const std::vector<double> expected = conv_by_scatter(x, w, o, y.shape()[1], y.shape()[2]);
    const std::vector<Real> got = y.value().to_vector();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], expected[i], 1e-12) << o.stride << o.pad << o.dilation;
  }
}

TEST(Conv2d, NamesBothShapesInItsErrors) {
  const Var x(Tensor::zeros({1, 8, 8, 64})), w(Tensor::zeros({128, 3, 3, 32}));
  EXPECT_EQ(error_text([&] { conv2d(x, w, Var()); }),
            "[conv2d] weight must be [out, height, width, 64], got [128, 3, 3, 32]");
  const Var small(Tensor::zeros({1, 2, 2, 32}));
  EXPECT_NE(error_text([&] { conv2d(small, w, Var()); }).find("[1, 2, 2, 32]"), std::string::npos);
}

}  // namespace
}  // namespace dg
