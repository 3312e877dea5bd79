#include "layers/lsuv.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "layers/face_resnet.h"
#include "layers/orthonormal.h"
#include "layers/statistics.h"

namespace dg {
namespace {

TEST(Orthonormal, RowsOrColumnsAreOrthonormal) {
  Rng rng(1);
  for (const Shape& shape : {Shape{5, 3, 3, 2}, Shape{20, 7}, Shape{6, 6}}) {
    const std::int64_t out = shape[0], in = shape.elements() / out;
    const std::vector<Real> w = orthonormal(shape, rng).to_vector();
    const bool by_rows = out <= in;
    const std::int64_t vectors = std::min(out, in), length = std::max(out, in);
    const auto at = [&](std::int64_t v, std::int64_t i) { return by_rows ? w[v * in + i] : w[i * in + v]; };
    for (std::int64_t a = 0; a < vectors; ++a) {
      for (std::int64_t b = 0; b < vectors; ++b) {
        double dot = 0;
        for (std::int64_t i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
        EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-9) << shape.str();
      }
    }
  }
}

TEST(Arfa, HasTheMomentsOfAStandardNormalInput) {
  // Expected: mean 0.2064, variance 0.5489, k = 1.3497, by a fine quadrature of the normal
  // density.
  const std::int64_t n = 400'001;
  std::vector<Real> x(n), density(n);
  for (std::int64_t i = 0; i < n; ++i) {
    x[i] = -10 + 20.0 * static_cast<double>(i) / static_cast<double>(n - 1);
    density[i] = std::exp(-x[i] * x[i] / 2) / std::sqrt(2 * M_PI) * 20 / static_cast<double>(n - 1);
  }
  const std::vector<Real> y =
      arfa(Var(Tensor::from({n, 1}, x)), Var(Tensor::full({1}, 1)), 1).value().to_vector();
  double mean = 0, square = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    mean += density[i] * y[i];
    square += density[i] * y[i] * y[i];
  }
  const double variance = square - mean * mean;
  EXPECT_NEAR(mean, 0.2064, 5e-5);
  EXPECT_NEAR(variance, 0.5489, 5e-5);
  EXPECT_NEAR(1 / std::sqrt(variance), 1.3497, 5e-5);
}

Network tiny() {
  return face_resnet({.input = 24,
                      .width = 0.0625,
                      .embedding = 8,
                      .blocks = {1, 1},
                      .branches = {3},
                      .padding = Padding::same});
}

// Records variances during a plain forward pass.
class Record final : public LayerHook {
 public:
  void after_linear(Parameter& weight, Var& output) override {
    seen.push_back({weight.name, moments(output.value()).variance});
  }
  void before_arfa(const Parameter& a, Parameter& k, const Var& input) override {
    seen.push_back({a.name, moments(arfa(input, a.value, k.value.value().item()).value()).variance});
  }
  std::vector<LsuvLine> seen;
};

TEST(Lsuv, EveryLinearLayerAndEveryArfaEndsWithUnitVariance) {
  Network net = tiny();
  Rng rng(3);
  net.initialise(rng);
  const Tensor images = random_normal({64, 24, 24, 3}, rng);
  const std::vector<LsuvLine> lines = lsuv(net, images);
  Record record;
  const NoGrad guard;
  net.forward(Var(images), &record);
  ASSERT_EQ(record.seen.size(), lines.size());
  EXPECT_EQ(lines.size(), 18u);  // 11 linear layers and 7 activations
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].name, record.seen[i].name);
    EXPECT_NEAR(record.seen[i].variance, 1, 0.02) << lines[i].name;
  }
}

TEST(Lsuv, ZeroVarianceIsAnErrorThatNamesTheLayer) {
  Network net = tiny();
  Rng rng(3);
  net.initialise(rng);
  try {
    lsuv(net, Tensor::zeros({2, 24, 24, 3}));
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("stem.conv1.weight"), std::string::npos) << e.what();
  }
}

TEST(CentreEmbedding, TheMaxoutOutputHasZeroMean) {
  Network net = tiny();
  Rng rng(4);
  net.initialise(rng);
  const Tensor images = random_normal({64, 24, 24, 3}, rng);
  lsuv(net, images);
  centre_embedding(net, images);
  const NoGrad guard;
  for (const double mean : column_moments(net.forward(Var(images)).value()).mean) EXPECT_NEAR(mean, 0, 1e-9);
}

}  // namespace
}  // namespace dg
