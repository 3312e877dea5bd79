#include "training/class_means.h"

#include <gtest/gtest.h>

#include <cmath>

#include "error_text.h"
#include "tensor/rng.h"

namespace dg {
namespace {

// Every photo has an embedding of its own; those of one photo are the same wherever it is asked for.
Embeddings embed(std::span<const PhotoId> photos) {
  Embeddings result;
  result.dim = 3;
  for (const PhotoId photo : photos) {
    Rng rng(7, static_cast<std::uint64_t>(photo));
    for (int i = 0; i < 3; ++i) result.values.push_back(static_cast<float>(rng.normal()));
  }
  return result;
}

// The formula, with every photo of a class.
std::vector<float> by_hand(const std::vector<std::vector<PhotoId>>& photos, double length) {
  std::vector<std::vector<double>> means;
  std::vector<double> centre(3);
  for (const std::vector<PhotoId>& of_class : photos) {
    std::vector<double> mean(3);
    for (const PhotoId photo : of_class) {
      const Embeddings e = embed({&photo, 1});
      for (std::size_t i = 0; i < 3; ++i)
        mean[i] += static_cast<double>(e.values[i]) / static_cast<double>(of_class.size());
    }
    for (std::size_t i = 0; i < 3; ++i) centre[i] += mean[i] / static_cast<double>(photos.size());
    means.push_back(mean);
  }
  std::vector<float> rows;
  for (const std::vector<double>& mean : means) {
    double squares = 0;
    for (std::size_t i = 0; i < 3; ++i) squares += std::pow(mean[i] - centre[i], 2);
    for (std::size_t i = 0; i < 3; ++i)
      rows.push_back(static_cast<float>(length * (mean[i] - centre[i]) / std::sqrt(squares)));
  }
  return rows;
}

void expect_near(const std::vector<float>& got, const std::vector<float>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5) << i;
}

TEST(ClassMeans, RowsAreCentredMeansOfTheGivenLength) {
  const std::vector<std::vector<PhotoId>> photos{{0, 1}, {2}, {3, 4, 5}, {6, 7}};
  expect_near(class_mean_rows(IdentityIndex(photos), 8, 0.3, embed), by_hand(photos, 0.3));
}

TEST(ClassMeans, TheyAreTheSameWhenTheyTakeSeveralPasses) {
  std::vector<std::vector<PhotoId>> photos;
  for (PhotoId first = 0; first < 9000; first += 3) photos.push_back({first, first + 1, first + 2});
  std::size_t most = 0;
  const auto counted = [&most](std::span<const PhotoId> asked) {
    most = std::max(most, asked.size());
    return embed(asked);
  };
  expect_near(class_mean_rows(IdentityIndex(photos), 8, 2, counted), by_hand(photos, 2));
  EXPECT_LT(most, 5000u);
}

TEST(ClassMeans, PhotosAreEvenlySpaced) {
  std::vector<PhotoId> asked;
  const auto listening = [&asked](std::span<const PhotoId> these) {
    asked.assign(these.begin(), these.end());
    return embed(these);
  };
  const std::vector<std::vector<PhotoId>> photos{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {10, 11}};
  class_mean_rows(IdentityIndex(photos), 3, 1, listening);
  EXPECT_EQ(asked, (std::vector<PhotoId>{0, 3, 6, 10, 11}));
}

TEST(ClassMeans, AClassAtTheCentreHasZeros) {
  const std::vector<std::vector<PhotoId>> photos{{0}, {1}};
  const auto same = [](std::span<const PhotoId> asked) {
    return Embeddings{std::vector<float>(asked.size() * 2, 0.5f), 2};
  };
  EXPECT_EQ(class_mean_rows(IdentityIndex(photos), 1, 1, same), std::vector<float>(4, 0.0f));
}

TEST(ClassMeans, NumbersThatMeanNothingAreErrors) {
  const std::vector<std::vector<PhotoId>> photos{{0}};
  const IdentityIndex index(photos);
  EXPECT_EQ(error_text<Error>([&] { class_mean_rows(index, 0, 1, embed); }),
            "[class_means] photos must be >= 1 and length > 0, got 0 and 1");
  EXPECT_EQ(error_text<Error>([&] { class_mean_rows(index, 1, 0, embed); }),
            "[class_means] photos must be >= 1 and length > 0, got 1 and 0");
}

}  // namespace
}  // namespace dg
