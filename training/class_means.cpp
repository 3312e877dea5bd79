#include "training/class_means.h"

#include <algorithm>
#include <cmath>

#include "tensor/check.h"

namespace dg {
namespace {

// Photos that are embedded at a time: many passes of a batch each, and with 512 numbers a photo some 8 MiB.
constexpr std::size_t photos_at_a_time = 4096;

// Every n-th photo of a class: neighbours in a folder are often of one occasion.
void add_evenly_spaced(std::span<const PhotoId> all, std::int64_t photos, std::vector<PhotoId>& chosen) {
  const auto n = std::min<std::size_t>(static_cast<std::size_t>(photos), all.size());
  for (std::size_t i = 0; i < n; ++i) chosen.push_back(all[i * all.size() / n]);
}

}  // namespace

std::vector<float> class_mean_rows(const IdentityIndex& index, std::int64_t photos, double length,
                                   const EmbedPhotos& embed) {
  require(photos >= 1 && length > 0, "class_means", "photos must be >= 1 and length > 0, got {} and {}",
          photos, length);
  const ClassId classes = index.classes();
  std::vector<float> rows;
  std::vector<double> centre;  // sum of the rows
  std::size_t dim = 0;
  for (ClassId first = 0; first < classes;) {
    std::vector<PhotoId> chosen;
    std::vector<std::size_t> ends;  // of each class among the chosen
    for (; first < classes && chosen.size() < photos_at_a_time; ++first) {
      add_evenly_spaced(index.photos_of(first), photos, chosen);
      ends.push_back(chosen.size());
    }
    const Embeddings embedded = embed(chosen);
    demand_rows(embedded, chosen.size(), "class_means");
    dim = embedded.dim;
    centre.resize(dim);
    std::size_t photo = 0;
    for (const std::size_t end : ends) {
      std::vector<double> mean(dim);
      const auto n = static_cast<double>(end - photo);
      for (; photo < end; ++photo) {
        for (std::size_t i = 0; i < dim; ++i) mean[i] += static_cast<double>(embedded.row(photo)[i]) / n;
      }
      for (std::size_t i = 0; i < dim; ++i) {
        centre[i] += mean[i];
        rows.push_back(static_cast<float>(mean[i]));
      }
    }
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {
    const std::span row(rows.data() + c * dim, dim);
    double squares = 0;
    std::vector<double> v(dim);
    for (std::size_t i = 0; i < dim; ++i) {
      v[i] = row[i] - centre[i] / static_cast<double>(classes);
      squares += v[i] * v[i];
    }
    const double norm = std::sqrt(squares);
    for (std::size_t i = 0; i < dim; ++i) row[i] = norm > 0 ? static_cast<float>(length * v[i] / norm) : 0.0f;
  }
  return rows;
}

}  // namespace dg
