// Twenty training steps of a tiny face_resnet under all three losses against numbers that make_golden.py
// found without any of our code: dilated branches, residual blocks, ARFA, maxout, L2-Softmax and lifted
// structured loss with trained scales, margin loss on given pairs, clipping, Nesterov with decay and floors,
// SGDR with restarts.
//
// Tolerance. Both sides round in double (eps = 1.1e-16), in different orders. The longest sums have some
// hundred terms, so errors of about 100 eps = 1e-14 of the largest number enter at each step, and the script
// measures that 20 steps amplify a change of the weights by 20: 20 x 20 x 1e-14 = 4e-12. Seen: 5e-15.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "layers/face_resnet.h"
#include "losses/three_losses.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"

namespace dg {
namespace {

using nlohmann::json;

constexpr double tolerance = 4e-12;
constexpr std::int64_t pixels = 16;

json golden_file() {
  std::ifstream in(DG_GOLDEN_RUN);
  if (!in) throw std::runtime_error(DG_GOLDEN_RUN " cannot be read");
  return json::parse(in);
}

Tensor tensor_of(const json& entry) {
  const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
  const auto values = entry.at("values").get<std::vector<Real>>();
  switch (shape.size()) {
    case 1:
      return Tensor::from({shape[0]}, values);
    case 2:
      return Tensor::from({shape[0], shape[1]}, values);
    default:
      return Tensor::from({shape.at(0), shape.at(1), shape.at(2), shape.at(3)}, values);
  }
}

/// The photos of a step, [rows, 16, 16, 3], as the network sees them: (x - 127.5) / 128.
Tensor images_of(const json& step, const std::vector<int>& all) {
  constexpr std::size_t size = pixels * pixels * 3;
  std::vector<Real> x;
  for (const std::size_t row : step.at("rows")) {
    for (std::size_t i = 0; i < size; ++i) x.push_back((all.at(row * size + i) - 127.5) / 128);
  }
  return Tensor::from({static_cast<std::int64_t>(x.size() / size), pixels, pixels, 3}, x);
}

Array<std::int32_t> ids(const json& list) {
  return Array<std::int32_t>::from(list.get<std::vector<std::int32_t>>());
}

struct Golden {
  json file = golden_file(), options = file.at("options");
  Network network = face_resnet({.input = pixels,
                                 .width = 1.0 / 32,
                                 .embedding = 4,
                                 .blocks = {1, 1},
                                 .branches = {2},
                                 .padding = Padding::same});
  ThreeLosses losses{{.l2_softmax = {.classes = 4, .embedding = 4},
                      .lifted = {.margin = options.at("lifted_margin")},
                      .margin = {.margin = options.at("margin"), .boundary_rate = options.at("beta_rate")}}};

  /// Of network and losses.
  std::vector<Parameter*> parameters() {
    std::vector<Parameter*> all = network.parameters();
    for (Parameter* p : losses.parameters()) all.push_back(p);
    return all;
  }
};

TEST(GoldenRun, TheParametersAreThoseOfTheFile) {
  Golden golden;
  for (const Parameter* p : golden.parameters()) {
    ASSERT_TRUE(golden.file["initial"].contains(p->name)) << p->name;
    EXPECT_EQ(tensor_of(golden.file["initial"][p->name]).shape(), p->shape) << p->name;
  }
  EXPECT_EQ(golden.parameters().size(), golden.file["initial"].size());
}

TEST(GoldenRun, TwentyStepsHaveTheLossesAndWeightsOfTheIndependentScript) {
  Golden golden;
  const json &file = golden.file, &options = golden.options;
  const std::vector<Parameter*> parameters = golden.parameters();
  for (Parameter* p : parameters) p->set(tensor_of(file["initial"][p->name]));
  NesterovSgd optimiser(
      parameters,
      {.momentum = options["momentum"], .decay = options["decay"], .clip_norm = options["clip_norm"]});
  const Sgdr schedule({.rate = options["rate"],
                       .final_rate = options["final_rate"],
                       .steps = static_cast<std::int64_t>(file["steps"].size()),
                       .restart_period = options["restart_period"],
                       .restart_factor = options["restart_factor"],
                       .warmup = options["warmup"]});
  const json& weights = options["weights"];
  const auto all = file["pixels"].get<std::vector<int>>();
  std::int64_t t = 0;
  for (const json& step : file["steps"]) {
    const ThreeLoss loss = golden.losses(
        l2_normalize(golden.network.forward(Var(images_of(step, all)))), ids(step["labels"]),
        {.l2_softmax = weights["l2_softmax"], .lifted = weights["lifted"], .margin = weights["margin"]},
        DrawnPairs{ids(step["positive"]), ids(step["negative"])});
    const Tensor parts[] = {loss.total.value(), loss.l2_softmax, loss.lifted, loss.margin};
    for (std::size_t i = 0; i < 4; ++i) {
      const double expected = step["losses"][i];
      EXPECT_NEAR(parts[i].item(), expected, tolerance * std::max(1.0, expected))
          << "step " << t << ", loss " << i;
    }
    backward(loss.total);
    optimiser.step(schedule.rate(t++));
  }
  for (const Parameter* p : parameters) {
    const auto expected = tensor_of(file["final"][p->name]).to_vector(), got = p->value.value().to_vector();
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i])))
          << p->name << " " << i;
    }
  }
}

}  // namespace
}  // namespace dg
