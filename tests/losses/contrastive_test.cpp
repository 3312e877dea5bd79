#include "losses/contrastive.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "losses/labels.h"

namespace dg {
namespace {

// From the sentence in the header: a mean over the pairs of one class plus a mean over the others.
double contrastive_by_loops(const Matrix& s, const Labels& labels, double margin) {
  double positive = 0, negative = 0;
  int positives = 0, negatives = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = i + 1; j < labels.size(); ++j) {
      if (labels[i] == labels[j]) {
        positive += 1 - s[i][j];
        ++positives;
      } else {
        const double excess = std::max(0.0, s[i][j] - margin);
        negative += excess * excess / 2;
        ++negatives;
      }
    }
  }
  return (positives > 0 ? positive / positives : 0) + (negatives > 0 ? negative / negatives : 0);
}

const Labels contrastive_labels{0, 1, 0, 2, 1, 0, 3};

TEST(Contrastive, IsTheMeanOfBothKindsOfPairs) {
  Rng rng(1);
  const Var s = pairwise_similarity(Var(unit_rows(7, 3, rng)));
  for (const double margin : {-1.0, 0.0, 0.3, 1.0}) {
    const Var loss = contrastive_loss(s, labels_of(contrastive_labels), static_cast<Real>(margin));
    EXPECT_NEAR(loss.value().item(), contrastive_by_loops(matrix_of(s.value()), contrastive_labels, margin),
                1e-12)
        << margin;
  }
}

TEST(Contrastive, PositivePairsAddHalfTheirSquaredDistance) {
  Rng rng(2);
  const Tensor e = unit_rows(2, 5, rng);
  const Matrix rows = matrix_of(e);
  const double d = euclidean(rows[0], rows[1]);
  EXPECT_NEAR(contrastive_loss(pairwise_similarity(Var(e)), labels_of({4, 4}), 0).value().item(), d * d / 2,
              1e-12);
}

TEST(Contrastive, NoPairsOfAKindAddNothing) {
  Rng rng(3);
  for (const Labels& all : {Labels{0, 1, 2}, Labels{4, 4, 4}, Labels{0}, Labels{}}) {
    const Var e(unit_rows(static_cast<std::int64_t>(all.size()), 4, rng), true);
    const Var s = pairwise_similarity(e), loss = contrastive_loss(s, labels_of(all), Real(0.2));
    EXPECT_NEAR(loss.value().item(), contrastive_by_loops(matrix_of(s.value()), all, 0.2), 1e-12);
    backward(loss);
    for (const Real g : e.grad().to_vector()) EXPECT_TRUE(std::isfinite(g));
  }
}

TEST(Contrastive, ANaNStays) {
  const Var s(Tensor::full({3, 3}, std::numeric_limits<Real>::quiet_NaN()));
  EXPECT_TRUE(std::isnan(contrastive_loss(s, labels_of({0, 1, 2}), 0).value().item()));
}

TEST(Contrastive, NamesWhatDoesNotFit) {
  const Var s(Tensor::zeros({3, 2}));
  EXPECT_EQ(error_text([&] {
              contrastive_loss(s, labels_of({0, 1, 2}), 0);
            }),
            "[contrastive] similarity must be [3, 3] for 3 labels, got [3, 2]");
  EXPECT_EQ(error_text([] { ContrastiveLoss(1.5); }), "[contrastive] margin must be in [-1, 1], got 1.5");
}

}  // namespace
}  // namespace dg
