#include "evaluation/prototypes.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "error_text.h"
#include "tensor/error.h"
#include "tensor/rng.h"

namespace dg {
namespace {

std::vector<float> random_rows(Rng& rng, std::size_t rows, std::size_t dim) {
  std::vector<float> x(rows * dim);
  for (float& v : x) v = static_cast<float>(rng.normal());
  return x;
}

std::vector<float> unit_rows(Rng& rng, std::size_t rows, std::size_t dim) {
  const std::vector<float> x = random_rows(rng, rows, dim);
  return mirror_average({x, dim}, {x, dim});
}

TEST(MirrorAverage, OfEqualOutputsIsTheirDirection) {
  const std::vector<float> x = {3, 4, 0, -2};
  const std::vector<float> y = mirror_average({x, 2}, {x, 2});
  EXPECT_EQ(y, (std::vector<float>{0.6f, 0.8f, 0, -1}));
}

TEST(MirrorAverage, AveragesBeforeNormalising) {
  // Lengths differ, so that averaging unit vectors would give (1, 1) / sqrt 2 instead.
  const std::vector<float> photo = {6, 0, 1, 1}, mirrored = {0, 8, 1, 1};
  const std::vector<float> y = mirror_average({photo, 2}, {mirrored, 2});
  EXPECT_FLOAT_EQ(y[0], 0.6f);
  EXPECT_FLOAT_EQ(y[1], 0.8f);
  EXPECT_FLOAT_EQ(y[2], std::sqrt(0.5f));
}

TEST(MirrorAverage, LargeOutputsDoNotOverflow) {
  const std::vector<float> x = {3e38f, 3e38f};
  EXPECT_FLOAT_EQ(mirror_average({x, 2}, {x, 2})[0], std::sqrt(0.5f));
}

TEST(Embeddings, BadInputIsNamed) {
  const std::vector<float> zero = {1, 0, 0, 0}, opposite = {-1, 0, 0, 1}, odd = {1, 2, 3};
  const std::vector<float> nan = {std::nanf(""), 1};
  EXPECT_EQ(error_text([&] {
              mirror_average({zero, 2}, {zero, 2});
            }),
            "[mirror_average] row 1 must be finite and not zero, its length is 0");
  EXPECT_NE(error_text([&] {
              mirror_average({nan, 2}, {nan, 2});
            }).find("row 0 must be finite"),
            std::string::npos);
  EXPECT_NE(error_text([&] {
              mirror_average({zero, 2}, {opposite, 2});
            }).find("[mirror_average] row 0 must be"),
            std::string::npos);
  EXPECT_NE(error_text([&] {
              mirror_average({odd, 2}, {odd, 2});
            }).find("got 3 numbers in rows of 2"),
            std::string::npos);
  EXPECT_EQ(error_text([&] {
              mirror_average({zero, 2}, {zero, 4});
            }),
            "[mirror_average] photos and mirrored photos must have the same shape, got [2, 2] and [1, 4]");
  EXPECT_EQ(error_text([&] { dot(zero, odd); }), "[dot] vectors must have one length, got 4 and 3");
}

TEST(ClassPrototypes, EqualTheRenormalisedMeanOfNormalisedEmbeddings) {
  Rng rng(3);
  const std::size_t dim = 7, rows = 40;
  const ClassId classes = 5;
  const auto x = random_rows(rng, rows, dim);
  std::vector<ClassId> labels;
  for (std::size_t i = 0; i < rows; ++i)
    labels.push_back(i < 5 ? static_cast<ClassId>(i) : static_cast<ClassId>(rng.below(5)));
  const auto p = class_prototypes({x, dim}, labels, classes);
  ASSERT_EQ(p.values.size(), 5 * dim);
  for (int c = 0; c < classes; ++c) {
    std::vector<double> mean(dim);
    double count = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      if (labels[i] != c) continue;
      double square = 0;
      for (std::size_t d = 0; d < dim; ++d) square += double{x[i * dim + d]} * double{x[i * dim + d]};
      for (std::size_t d = 0; d < dim; ++d) mean[d] += double{x[i * dim + d]} / std::sqrt(square);
      ++count;
    }
    double length = 0;
    for (double& m : mean) length += (m / count) * (m / count);
    for (std::size_t d = 0; d < dim; ++d) {
      EXPECT_NEAR(double{p.row(c)[d]}, mean[d] / count / std::sqrt(length), 1e-7);
    }
  }
}

TEST(ClassPrototypes, LongEmbeddingsDoNotOutweighShortOnes) {
  const std::vector<float> x = {100, 0, 0, 1};
  const auto p = class_prototypes({x, 2}, std::vector<ClassId>{0, 0}, 1);
  EXPECT_FLOAT_EQ(p.values[0], p.values[1]);
}

TEST(ClassPrototypes, BadInputIsNamed) {
  const auto failure = [](const std::vector<float>& x, const std::vector<ClassId>& labels, ClassId classes) {
    return error_text([&] { class_prototypes({x, 2}, labels, classes); });
  };
  const std::vector<float> x = {1, 0, 1, 0};
  EXPECT_EQ(failure(x, {0, 0}, 2), "[class_prototypes] class 1 has no photo");
  EXPECT_EQ(failure(x, {0, 3}, 2), "[class_prototypes] label of row 1 must be in 0..1, got 3");
  EXPECT_EQ(failure(x, {0, 0}, 0), "[class_prototypes] classes must be at least 1, got 0");
  EXPECT_EQ(failure(x, {0}, 1), "[class_prototypes] labels must be one per embedding, got 1 for 2");
  EXPECT_EQ(failure({0, 0, 1, 0}, {0, 0}, 1), "[class_prototypes] row 0 must be finite and not zero");
  EXPECT_EQ(failure({1, 0, -1, 0}, {0, 0}, 1),
            "[class_prototypes] the 2 photos of class 0 cancel: their mean is zero");
  // Three directions 120 degrees apart: rounded to float, their sum is not exactly zero.
  EXPECT_EQ(failure({1, 0, -0.5f, 0.8660254f, -0.5f, -0.866025f}, {0, 0, 0}, 1),
            "[class_prototypes] the 3 photos of class 0 cancel: their mean is zero");
}

TEST(NearestPrototypes, EqualADoubleLoopAtEverySize) {
  Rng rng(4);
  for (std::size_t rows : {1u, 7u, 8u, 9u, 128u, 129u, 300u}) {
    for (std::size_t classes : {1u, 31u, 32u, 33u, 70u}) {
      for (std::size_t dim : {1u, 5u, 64u}) {
        const auto e = unit_rows(rng, rows, dim), p = unit_rows(rng, classes, dim);
        const auto matches = nearest_prototypes({e, dim}, {p, dim});
        ASSERT_EQ(matches.size(), rows);
        for (std::size_t i = 0; i < rows; ++i) {
          const EmbeddingView ev{e, dim}, pv{p, dim};
          std::size_t best = 0;
          for (std::size_t c = 1; c < classes; ++c) {
            if (dot(ev.row(i), pv.row(c)) > dot(ev.row(i), pv.row(best))) best = c;
          }
          EXPECT_EQ(matches[i].prototype, static_cast<int>(best)) << rows << ' ' << classes << ' ' << dim;
          EXPECT_NEAR(matches[i].cosine, dot(ev.row(i), pv.row(best)), 1e-6);
        }
      }
    }
  }
}

TEST(NearestPrototypes, EqualPrototypesGoToTheLowerIndex) {
  Rng rng(5);
  const std::size_t dim = 37, classes = 100;
  auto p = unit_rows(rng, classes, dim);
  const auto copy = [&](std::size_t to, std::size_t from) {
    for (std::size_t d = 0; d < dim; ++d) p[to * dim + d] = p[from * dim + d];
  };
  copy(45, 3);   // another panel, another lane
  copy(99, 3);   // the last, incomplete panel
  copy(21, 20);  // neighbours
  std::vector<float> e;
  for (std::size_t c : {3u, 99u, 21u}) e.insert(e.end(), &p[c * dim], &p[c * dim] + dim);
  const auto matches = nearest_prototypes({e, dim}, {p, dim});
  EXPECT_EQ(matches[0].prototype, 3);
  EXPECT_EQ(matches[1].prototype, 3);
  EXPECT_EQ(matches[2].prototype, 20);
}

TEST(NearestPrototypes, NegativeCosinesBeatThePaddingOfThePanel) {
  const std::vector<float> e = {1, 0}, p = {-1, 0, -0.6f, 0.8f};
  const auto matches = nearest_prototypes({e, 2}, {p, 2});
  EXPECT_EQ(matches[0].prototype, 1);
  EXPECT_FLOAT_EQ(matches[0].cosine, -0.6f);
}

TEST(NearestPrototypes, ThreadsDoNotChangeABit) {
  Rng rng(6);
  const std::size_t dim = 33;
  const auto e = unit_rows(rng, 500, dim), p = unit_rows(rng, 90, dim);
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = nearest_prototypes({e, dim}, {p, dim});
  omp_set_num_threads(3);
  const auto three = nearest_prototypes({e, dim}, {p, dim});
  omp_set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].prototype, three[i].prototype);
    EXPECT_EQ(one[i].cosine, three[i].cosine);
  }
}

TEST(NearestPrototypes, NoEmbeddingsGiveAnEmptyResult) {
  const std::vector<float> p = {1, 0};
  EXPECT_TRUE(nearest_prototypes({{}, 2}, {p, 2}).empty());
}

TEST(NearestPrototypes, BadInputIsNamed) {
  const std::vector<float> unit = {1, 0, 0, 1}, raw = {1, 0, 3, 4}, nan = {1, 0, std::nanf(""), 0};
  EXPECT_EQ(error_text([&] {
              nearest_prototypes({raw, 2}, {unit, 2});
            }),
            "[nearest_prototypes] embedding 1 must have length 1, got 5");
  EXPECT_EQ(error_text([&] {
              nearest_prototypes({unit, 2}, {nan, 2});
            }),
            "[nearest_prototypes] prototype 1 must have length 1, got nan");
  EXPECT_NE(error_text([&] {
              nearest_prototypes({unit, 2}, {{}, 2});
            }).find("prototypes must be between 1 and"),
            std::string::npos);
  const std::vector<float> four = {1, 0, 0, 0};
  EXPECT_EQ(error_text([&] {
              nearest_prototypes({unit, 2}, {four, 4});
            }),
            "[nearest_prototypes] embeddings and prototypes must agree in size, got 2 and 4");
}

}  // namespace
}  // namespace dg
