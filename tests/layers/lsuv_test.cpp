#include "layers/lsuv.h"

#include <gtest/gtest.h>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "error_text.h"
#include "layers/face_resnet.h"
#include "layers/statistics.h"

namespace dg {
namespace {

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
  const std::string text = error_text([&] { lsuv(net, Tensor::zeros({2, 24, 24, 3})); });
  EXPECT_NE(text.find("stem.conv1.weight"), std::string::npos) << text;
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

// Mean squared distance from the mean, in two passes: not as the framework measures.
double variance_by_hand(const Tensor& t) {
  const std::vector<Real> values = t.to_vector();
  double sum = 0, squares = 0;
  for (const Real v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  for (const Real v : values) squares += (v - mean) * (v - mean);
  return squares / static_cast<double>(values.size());
}

class RecordByHand final : public LayerHook {
 public:
  void after_linear(Parameter& weight, Var& output) override {
    seen.emplace_back(weight.name, variance_by_hand(output.value()));
  }
  void before_arfa(const Parameter& a, Parameter& k, const Var& input) override {
    seen.emplace_back(a.name, variance_by_hand(arfa(input, a.value, k.value.value().item()).value()));
  }
  std::vector<std::pair<std::string, double>> seen;
};

TEST(Lsuv, TheVarianceIsOneAlsoWhereItIsComputedHere) {
  Network net = tiny();
  Rng rng(3);
  net.initialise(rng);
  const Tensor images = random_normal({64, 24, 24, 3}, rng);
  lsuv(net, images);
  RecordByHand record;
  const NoGrad guard;
  net.forward(Var(images), &record);
  EXPECT_EQ(record.seen.size(), 18u);
  for (const auto& [name, variance] : record.seen) EXPECT_NEAR(variance, 1, 0.02) << name;
}

}  // namespace
}  // namespace dg
