#include "evaluation/embeddings.h"

#include <algorithm>
#include <cmath>

#include "tensor/check.h"

namespace dg {
namespace {

/// Writes x / ||x|| to `out`.
void normalize(std::span<const double> x, std::span<float> out, const char* where, std::size_t row) {
  double square = 0;
  for (double v : x) square += v * v;
  const double length = std::sqrt(square);
  require(std::isfinite(length) && length > 0, where, "row {} must be finite and not zero, its length is {}",
          row, length);
  std::transform(x.begin(), x.end(), out.begin(),
                 [length](double v) { return static_cast<float>(v / length); });
}

}  // namespace

void check_embeddings(const char* where, const EmbeddingView& embeddings) {
  require(embeddings.dim > 0 && embeddings.values.size() % embeddings.dim == 0, where,
          "embeddings must be whole rows of at least one number, got {} numbers in rows of {}",
          embeddings.values.size(), embeddings.dim);
}

std::vector<float> mirror_average(const EmbeddingView& photos, const EmbeddingView& mirrored) {
  check_embeddings("mirror_average", photos);
  require(photos.dim == mirrored.dim && photos.values.size() == mirrored.values.size(), "mirror_average",
          "photos and mirrored photos must have the same shape, got [{}, {}] and [{}, {}]", photos.rows(),
          photos.dim, mirrored.rows(), mirrored.dim);
  std::vector<float> out(photos.values.size());
  std::vector<double> mean(photos.dim);
  for (std::size_t i = 0; i < photos.rows(); ++i) {
    const auto a = photos.row(i), b = mirrored.row(i);
    for (std::size_t d = 0; d < photos.dim; ++d) mean[d] = (double{a[d]} + double{b[d]}) / 2;
    normalize(mean, std::span(out).subspan(i * photos.dim, photos.dim), "mirror_average", i);
  }
  return out;
}

float dot(std::span<const float> a, std::span<const float> b) {
  require(a.size() == b.size(), "dot", "vectors must have one length, got {} and {}", a.size(), b.size());
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += double{a[d]} * double{b[d]};
  return static_cast<float>(sum);
}

}  // namespace dg
