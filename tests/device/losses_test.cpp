// Losses, pair selection and pair statistics on the device.
#include <set>
#include <tuple>

#include "autograd/ops.h"
#include "device/under_test.h"
#include "losses/contrastive.h"
#include "losses/three_losses.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr Index n = 10, d = 16, classes = 7;
const Ids labels{0, 3, 3, 5, 0, 6, 5, 1, 1, 0};

Array<std::int32_t> ids(const Ids& values, Device on) { return Array<std::int32_t>::from(values, on); }

Numbers unit_rows(std::uint64_t seed) {
  Rng rng(seed);
  Numbers e = normal(n * d, rng);
  for (Index i = 0; i < n; ++i) {
    const Numbers row(e.begin() + i * d, e.begin() + (i + 1) * d);
    for (Index k = 0; k < d; ++k)
      e[static_cast<std::size_t>(i * d + k)] /= static_cast<float>(std::sqrt(dot(row, row)));
  }
  return e;
}

// Rows of length 1 whose inner products are exact in float and in TF32, in any order: four entries of +-1/2.
Numbers exact_rows() {
  Rng rng(3);
  Numbers e(static_cast<std::size_t>(n * d), 0.0f);
  for (Index i = 0; i < n; ++i) {
    for (Index left = 4; left > 0;) {
      float& x = e[static_cast<std::size_t>(i * d) + rng.below(d)];
      if (x != 0) continue;
      x = rng.below(2) == 0 ? -0.5f : 0.5f;
      --left;
    }
  }
  return e;
}

// The loss and every gradient: of the embeddings and of the parameters that got one.
Named outcome(const Var& loss, const Var& e, const std::vector<Parameter*>& parameters) {
  backward(loss);
  Named out{{"loss", {loss.value().item()}}, {"embeddings", e.grad().to_vector()}};
  for (const Parameter* p : parameters) {
    if (p->value.grad().defined()) out.emplace_back(p->name, p->value.grad().to_vector());
  }
  return out;
}

TEST(DeviceL2Softmax, LossAndAllGradients) {
  for (const double scale : {1.0, 16.0, 60.0}) {
    compare(
        [&](Device on) {
          Rng rng(5);
          L2Softmax loss({.classes = classes, .embedding = d, .scale = scale, .weight_sd = 0.5});
          loss.initialise(rng, on);
          const Var e(Tensor::from({n, d}, unit_rows(1), on), true);
          return outcome(loss(e, ids(labels, on)).loss, e, loss.parameters());
        },
        {.operation = "L2Softmax",
         .what = fmt::format("alpha {}", scale),
         .reduction = 2 * d + 2 * classes + n,
         .products = true});
  }
}

// Embeddings and weights of few bits: every logit is exact on every device, so the classes and the ties have
// to be the same.
TEST(DeviceL2Softmax, HardestClassesAreExactlyEqual) {
  for (const std::uint64_t levels : {3, 257}) {
    const auto run = [&](Device on) {
      Rng rng(5);
      L2Softmax loss({.classes = classes, .embedding = d});
      loss.initialise(rng, on);
      Numbers weight(static_cast<std::size_t>(classes * d));
      for (float& w : weight) w = (static_cast<float>(rng.below(levels)) - 1) / 8;
      Tensor(loss.parameters()[0]->value.value()).set(weight);
      return loss(Var(Tensor::from({n, d}, exact_rows(), on)), ids(labels, on));
    };
    const SoftmaxCrossEntropy ref = on_reference(run), got = run(device());
    EXPECT_EQ(got.hardest.class_id.to_vector(), ref.hardest.class_id.to_vector());
    EXPECT_EQ(got.hardest.tied.to_vector(), ref.hardest.tied.to_vector());
    EXPECT_EQ(got.hardest.logit.to_vector(), ref.hardest.logit.to_vector());
    EXPECT_EQ(got.target_logit.to_vector(), ref.target_logit.to_vector());
    const auto tied = ref.hardest.tied.to_vector();
    EXPECT_EQ(std::count(tied.begin(), tied.end(), 1) > 0, levels == 3) << "one with ties, one without";
  }
}

TEST(DeviceLiftedStructured, LossAndAllGradients) {
  for (const LiftedMeasure measure : {LiftedMeasure::distance, LiftedMeasure::cosine}) {
    for (const double scale : {1.0, 12.0}) {
      compare(
          [&](Device on) {
            LiftedStructured loss({.measure = measure, .scale = scale});
            loss.initialise(on);
            const Var e(Tensor::from({n, d}, unit_rows(2), on), true);
            return outcome(loss(e, ids(labels, on)), e, loss.parameters());
          },
          {.operation = "LiftedStructured",
           .what =
               fmt::format("{}, alpha {}", measure == LiftedMeasure::cosine ? "cosine" : "distance", scale),
           .reduction = d + 3 * n + n * n,
           .products = measure == LiftedMeasure::cosine});
    }
  }
}

TEST(DeviceLiftedStructured, WithoutPositiveOrNegativePairsTheLossIsZero) {
  for (const Ids& only : {Ids(n, 4), Ids{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    LiftedStructured loss;
    loss.initialise(device());
    const Var e(Tensor::from({n, d}, unit_rows(2), device()), true);
    for (const auto& [name, values] : outcome(loss(e, ids(only, device())), e, loss.parameters()))
      EXPECT_EQ(values, Numbers(values.size(), 0.0f)) << name;
  }
}

TEST(DeviceContrastive, LossAndGradient) {
  compare(
      [](Device on) {
        const Var e(Tensor::from({n, d}, unit_rows(5), on), true);
        return outcome(contrastive_loss(pairwise_similarity(e), ids(labels, on), Real(0.1)), e, {});
      },
      {.operation = "ContrastiveLoss", .reduction = 2 * d + 3 * n + n * n, .products = true});
}

// One similarity matrix, uploaded: every device draws the same partners from the same generator.
TEST(DeviceMargin, DrawsAreTheHostsAndMoveTheGeneratorOn) {
  const Tensor e = Tensor::from({n, d}, unit_rows(3));
  const Numbers similarity =
      on_reference([&](Device) { return pairwise_similarity(Var(e)).value().to_vector(); });
  std::set<std::int32_t> partners;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const float boundary : {-0.2f, 0.1f, 0.5f}) {
      const auto draw = [&](Device on) {
        Rng rng(seed);
        rng.bits();
        const DrawnPairs pairs = select_pairs(Tensor::from({n, n}, similarity, on), ids(labels, on),
                                              Tensor::full({1}, boundary, on), Real(0.1), rng);
        return std::tuple{pairs.positive.to_vector(), pairs.negative.to_vector(), rng.state().position};
      };
      const auto ref = on_reference(draw), got = draw(device());
      EXPECT_EQ(got, ref) << "seed " << seed << ", boundary " << boundary;
      partners.insert(std::get<1>(ref).begin(), std::get<1>(ref).end());
    }
  }
  EXPECT_GT(partners.size(), 5u) << "the draws vary";
}

TEST(DeviceMargin, LossAndAllGradients) {
  const Ids positive{4, 2, 1, -1, 9, -1, 3, 8, 7, 0}, negative{1, 0, 5, 7, -1, 2, 2, 0, 4, 6};
  compare(
      [&](Device on) {
        MarginLoss loss;
        loss.initialise(on);
        const Var e(Tensor::from({n, d}, unit_rows(3), on), true);
        const DrawnPairs pairs{ids(positive, on), ids(negative, on)};
        return outcome(loss(pairwise_similarity(e), pairs), e, loss.parameters());
      },
      {.operation = "MarginLoss", .reduction = d + 3 * n, .products = true});
}

TEST(DeviceMargin, PairStatistics) {
  const auto statistics = [](Device on) {
    MarginLoss loss;
    loss.initialise(on);
    const Var e(Tensor::from({n, d}, exact_rows(), on));
    return loss.pair_statistics(pairwise_similarity(e).value(), ids(labels, on)).to_vector();
  };
  const Numbers ref = on_reference(statistics), got = statistics(device());
  EXPECT_EQ(got, ref) << "sums of few bits: numbers of pairs, cosines, violations";
  compare(
      [](Device on) {
        const Tensor e = Tensor::from({n, d}, unit_rows(4), on);
        return Named{{"sums", pair_sums(pairwise_similarity(Var(e)).value(), ids(labels, on),
                                        Tensor::full({1}, 0.1f, on), Real(0.1))
                                  .to_vector()}};
      },
      {.operation = "pair_sums", .reduction = d + n * n, .products = true});
}

// With exact cosines the draws cannot differ, so everything behind them can be compared.
TEST(DeviceJoint, DrawnPairsPartsAndAllGradients) {
  compare(
      [](Device on) {
        Rng rng(6);
        ThreeLosses joint({.l2_softmax = {.classes = classes, .embedding = d, .weight_sd = 0.3}});
        joint.initialise(rng, on);
        const Var e(Tensor::from({n, d}, exact_rows(), on), true);
        const ThreeLoss loss = joint(e, ids(labels, on), {}, rng);
        Named out{{"l2_softmax", loss.l2_softmax.to_vector()},
                  {"lifted", loss.lifted.to_vector()},
                  {"margin", loss.margin.to_vector()},
                  {"pair sums", loss.pair_sums.to_vector()}};
        EXPECT_GT(out[2].second[0], 0);
        for (auto& part : outcome(loss.total, e, joint.parameters())) out.push_back(part);
        return out;
      },
      {.operation = "JointSupervision", .reduction = 4 * d + 2 * classes + 4 * n + n * n, .products = true});
}

}  // namespace
}  // namespace dg::test
