// Classifier learning on toys.
#include "recognition/classifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "error_text.h"
#include "evaluation/unit_rows.h"

namespace dg {
namespace {

struct Toy {
  std::size_t dim = 0;
  std::vector<float> rows;  // [photos, dim]
  std::vector<ClassId> labels;
  ClassId classes = 0;

  EmbeddingView view() const { return {rows, dim}; }
  IdentityIndex index() const { return IdentityIndex::from_labels(labels, classes); }
  Classifier start(double alpha) const {
    return start_classifier(class_prototypes(view(), labels, classes), alpha);
  }
  EmbedBatch embeddings() const {
    return [this](std::int64_t, std::span<const PhotoId> photos) {
      std::vector<float> values;
      for (const PhotoId p : photos) {
        const auto row = view().row(static_cast<std::size_t>(p));
        values.insert(values.end(), row.begin(), row.end());
      }
      return Tensor::from({std::ssize(photos), static_cast<std::int64_t>(dim)}, values);
    };
  }
};

Toy random_toy(ClassId classes, int photos, std::size_t dim) {
  Rng rng(3);
  Toy toy{.dim = dim, .rows = {}, .labels = {}, .classes = classes};
  toy.rows = unit_rows(static_cast<std::size_t>(classes * photos), dim, rng);
  for (ClassId c = 0; c < classes; ++c) toy.labels.insert(toy.labels.end(), photos, c);
  return toy;
}

std::vector<Judgement> judge(const EmbeddingView& photos, const Classifier& classifier) {
  const ClassifierMember member{photos, classifier.view()};
  return most_probable({&member, 1});
}

TEST(ClassifierLearning, StartsAsTheNearestMean) {
  const Toy toy = random_toy(11, 3, 6);
  const Embeddings means = class_prototypes(toy.view(), toy.labels, toy.classes);
  Rng rng(9);
  const std::vector<float> photos = unit_rows(50, toy.dim, rng);
  const std::vector<Match> nearest = nearest_prototypes({photos, toy.dim}, means);
  const std::vector<Judgement> judged = judge({photos, toy.dim}, toy.start(12));
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    EXPECT_EQ(judged[i].class_id, nearest[i].prototype);
    double total = 0;  // the logits are 12 x the cosines and nothing else
    for (std::size_t c = 0; c < 11; ++c)
      total += std::exp(12 * double{dot({&photos[i * toy.dim], toy.dim}, means.row(c))});
    EXPECT_NEAR(judged[i].doubt, 1 - std::exp(12 * double{nearest[i].cosine}) / total, 1e-5);
  }
}

// With one photo of each class and all classes in every batch, a batch is the whole set, and learning is
// plain gradient descent: here in double, from the formulas.
TEST(ClassifierLearning, EqualsGradientDescentByHand) {
  const std::size_t classes = 5, dim = 3;
  const Toy toy = random_toy(classes, 1, dim);
  const ClassifierLearning o{.iterations = 30, .rate = 0.2, .final_rate = 0.05, .batch = 5, .decay = 0.02};
  std::vector<double> w(toy.rows.begin(), toy.rows.end()), b(classes), vw(w.size()), vb(classes);
  // The start is the photos themselves, their own class means: turn them, so that there is something to
  // learn.
  std::ranges::rotate(w, w.begin() + 3);
  Classifier start = toy.start(3);
  start.weight.assign(w.begin(), w.end());
  double alpha = 3, valpha = 0;
  std::vector<double> losses;
  for (int t = 0; t < 30; ++t) {
    std::vector<double> dw(w.size()), db(classes);
    double dalpha = 0, loss = 0;
    for (std::size_t i = 0; i < classes; ++i) {
      std::vector<double> cosine(classes), p(classes);
      double total = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        for (std::size_t d = 0; d < dim; ++d) cosine[c] += double{toy.rows[i * dim + d]} * w[c * dim + d];
        total += p[c] = std::exp(alpha * cosine[c] + b[c]);
      }
      loss -= std::log(p[i] / total) / 5;
      for (std::size_t c = 0; c < classes; ++c) {
        const double g = (p[c] / total - (c == i ? 1 : 0)) / 5;
        db[c] += g;
        dalpha += g * cosine[c];
        for (std::size_t d = 0; d < dim; ++d) dw[c * dim + d] += g * alpha * double{toy.rows[i * dim + d]};
      }
    }
    losses.push_back(loss);
    const double rate = 0.05 + 0.15 * (1 + std::cos(std::numbers::pi * t / 30)) / 2;
    const auto step = [rate](double& x, double& v, double g) {
      v = 0.9 * v + g;
      x -= rate * (g + 0.9 * v);
    };
    for (std::size_t i = 0; i < w.size(); ++i) step(w[i], vw[i], dw[i] + 0.02 * w[i]);
    for (std::size_t c = 0; c < classes; ++c) step(b[c], vb[c], db[c]);
    step(alpha, valpha, dalpha);
  }
  const LearntClassifier learnt = learn_classifier(start, toy.index(), toy.embeddings(), o, Rng(1));
  ASSERT_EQ(learnt.losses.size(), 30u);
  for (std::size_t t = 0; t < 30; ++t) EXPECT_NEAR(learnt.losses[t], losses[t], 1e-4) << t;
  for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(learnt.classifier.weight[i], w[i], 1e-4);
  for (std::size_t c = 0; c < classes; ++c) EXPECT_NEAR(learnt.classifier.bias[c], b[c], 1e-4);
  EXPECT_NEAR(learnt.classifier.alpha, alpha, 1e-4);
  EXPECT_LT(losses.back(), losses.front() / 2);
}

// A nuisance direction that all photos carry by chance. A base class's mean has averaged it away; the one
// photo of a novel class has not, so its mean draws in everybody who is photographed like that. Learning has
// photos of other classes with the same nuisance to take it out again.
Toy nuisance_world(int photos_of_base, Rng& rng) {
  Toy toy{.dim = 24, .rows = {}, .labels = {}, .classes = 40};
  std::vector<float> raw;
  for (ClassId c = 0; c < toy.classes; ++c) {
    const int photos = c < 20 ? photos_of_base : 1;
    Rng identity(77, static_cast<std::uint64_t>(c));
    std::vector<double> own(20);
    for (double& v : own) v = identity.normal();
    for (int p = 0; p < photos; ++p) {
      for (const double v : own) raw.push_back(static_cast<float>(v + 0.3 * rng.normal()));
      for (int d = 0; d < 4; ++d) raw.push_back(static_cast<float>(3 * rng.normal()));
      toy.labels.push_back(c);
    }
  }
  toy.rows = mirror_average({raw, toy.dim}, {raw, toy.dim});
  return toy;
}

TEST(ClassifierLearning, HelpsWhereOnePhotoIsAPoorMean) {
  Rng rng(1);
  const Toy train = nuisance_world(30, rng);
  std::size_t right[2] = {0, 0}, tests = 0;
  const Classifier start = train.start(16);
  const LearntClassifier learnt =
      learn_classifier(start, train.index(), train.embeddings(),
                       {.iterations = 500, .rate = 0.05, .final_rate = 0.005, .batch = 27}, Rng(2));
  for (int set = 0; set < 10; ++set) {
    const Toy test = nuisance_world(1, rng);  // one photo of each of the 40
    tests += test.labels.size();
    const auto before = judge(test.view(), start), after = judge(test.view(), learnt.classifier);
    for (std::size_t i = 0; i < test.labels.size(); ++i) {
      right[0] += before[i].class_id == test.labels[i];
      right[1] += after[i].class_id == test.labels[i];
    }
  }
  const double before = static_cast<double>(right[0]) / static_cast<double>(tests),
               after = static_cast<double>(right[1]) / static_cast<double>(tests);
  EXPECT_GT(after, before + 0.05) << before << " -> " << after;
  EXPECT_LT(learnt.losses.back(), learnt.losses.front());
}

TEST(ClassifierLearning, EveryBatchHoldsDifferentClasses) {
  const Toy toy = random_toy(12, 4, 5);
  std::int64_t iterations = 0;
  std::set<PhotoId> seen;
  const EmbedBatch embeddings = [&](std::int64_t t, std::span<const PhotoId> rows) {
    EXPECT_EQ(t, iterations++);
    EXPECT_EQ(rows.size(), 10u);
    std::set<ClassId> classes;
    for (const PhotoId r : rows) {
      classes.insert(toy.labels[static_cast<std::size_t>(r)]);
      seen.insert(r);
    }
    EXPECT_EQ(classes.size(), 10u);
    return toy.embeddings()(t, rows);
  };
  learn_classifier(toy.start(16), toy.index(), embeddings, {.iterations = 60, .batch = 10}, Rng(4));
  EXPECT_EQ(iterations, 60);
  EXPECT_EQ(seen.size(), 48u);
}

TEST(ClassifierLearning, DependsOnTheSeedAlone) {
  const Toy toy = random_toy(9, 3, 4);
  const auto learn = [&](std::uint64_t seed) {
    return learn_classifier(toy.start(16), toy.index(), toy.embeddings(), {.iterations = 20, .batch = 5},
                            Rng(seed))
        .classifier;
  };
  const Classifier a = learn(1), b = learn(1), c = learn(2);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.bias, b.bias);
  EXPECT_EQ(a.alpha, b.alpha);
  EXPECT_NE(a.weight, c.weight);
}

TEST(ClassifierLearning, AlphaStaysWhereItIsKeptFixed) {
  const Toy toy = random_toy(9, 3, 4);
  const auto alpha = [&](bool train) {
    return learn_classifier(toy.start(20), toy.index(), toy.embeddings(),
                            {.iterations = 20, .batch = 5, .train_alpha = train}, Rng(1))
        .classifier.alpha;
  };
  EXPECT_EQ(alpha(false), 20);
  EXPECT_NE(alpha(true), 20);
}

TEST(ClassifierLearning, RefusesWhatItCannotLearn) {
  const Toy toy = random_toy(4, 2, 3);
  const auto text = [&](const Classifier& start, std::int64_t batch) {
    return error_text([&] {
      learn_classifier(start, toy.index(), toy.embeddings(), {.iterations = 3, .batch = batch}, Rng(1));
    });
  };
  EXPECT_NE(text(toy.start(16), 5).find("classifier.batch must be in 1..4"), std::string::npos);
  Classifier short_of_one = toy.start(16);
  short_of_one.bias.pop_back();
  EXPECT_NE(text(short_of_one, 2).find("got 12 numbers and 3 biases"), std::string::npos);
  Classifier broken = toy.start(16);
  broken.bias[0] = std::numeric_limits<float>::infinity();
  EXPECT_NE(text(broken, 4).find("the loss of iteration 0 must be finite"), std::string::npos);
}

TEST(ClassifierLearning, ABatchHasOneToAllClasses) {
  const Toy toy = random_toy(4, 2, 3);
  const auto learn = [&](std::int64_t batch) {
    return learn_classifier(toy.start(16), toy.index(), toy.embeddings(), {.iterations = 3, .batch = batch},
                            Rng(1));
  };
  for (const std::int64_t batch : {1, 4}) EXPECT_EQ(learn(batch).losses.size(), 3u) << batch;
  for (const std::int64_t batch : {0, -1, 5}) {
    EXPECT_TRUE(contains(error_text([&] { learn(batch); }), "classifier.batch must be in 1..4")) << batch;
  }
}

}  // namespace
}  // namespace dg
