#include "data/faces/generated_faces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/faces/conditions.h"
#include "tensor/check.h"
#include "tensor/rng.h"

namespace dg::faces {
namespace {

constexpr const char* generator = "generated_faces";  // in errors
constexpr double number_sd = 1.2;  // spreads a trait over most of its range without crowding the ends

// What an independent random stream of the seed is for. Numbers of streams: purpose in the top 2 bits, then
// identity and photo with 31 bits each.
enum class Purpose : std::uint64_t { deal = 0, family = 1, own = 2, photo = 3 };

std::uint64_t stream(Purpose purpose, int identity = 0, int photo = 0) {
  return static_cast<std::uint64_t>(purpose) << 62 | static_cast<std::uint64_t>(identity) << 31 |
         static_cast<std::uint64_t>(photo);
}

std::string zero_padded(int number, int largest, std::size_t min_width) {
  const std::size_t width = std::max(min_width, fmt::formatted_size("{}", largest));
  return fmt::format("{:0{}}", number, width);
}

void check(const Options& o) {
  require(o.identities >= 1, generator, "identities must be at least 1, got {}", o.identities);
  require(o.photos >= 1, generator, "photos must be at least 1, got {}", o.photos);
  require(o.size >= 16 && o.size <= 1024, generator, "size must be 16..1024 pixels, got {}", o.size);
  require(o.family >= 1 && o.family <= o.identities, generator,
          "family (--family) must be at least 1 and at most the number of identities ({}), got {}",
          o.identities, o.family);
  require(o.spread >= 0 && o.spread <= 10, generator, "spread must be 0..10, got {}", o.spread);
  require(o.nuisance >= 0 && o.nuisance <= 2, generator, "nuisance must be 0..2, got {}", o.nuisance);
}

}  // namespace

GeneratedFaces::GeneratedFaces(const Options& options) : options_(options) {
  check(options);
  families_.resize(static_cast<std::size_t>(options.identities));
  for (std::size_t i = 0; i < families_.size(); ++i) {
    families_[i] = static_cast<int>(i) / options.family;
  }
  Rng rng(options.seed, stream(Purpose::deal));
  for (std::size_t left = families_.size(); left > 1; --left) {
    std::swap(families_[left - 1], families_[rng.below(left)]);
  }
}

Numbers GeneratedFaces::numbers(int i) const {
  require(i >= 0 && i < options_.identities, generator, "identity must be 0..{}, got {}",
          options_.identities - 1, i);
  Rng family(options_.seed, stream(Purpose::family, families_[static_cast<std::size_t>(i)]));
  Rng own(options_.seed, stream(Purpose::own, i));
  Numbers numbers;
  for (float& x : numbers) {
    x = static_cast<float>(number_sd * (family.normal() + options_.spread * own.normal()));
  }
  return numbers;
}

Image GeneratedFaces::photo(int i, int p, Renderer& renderer) const {
  require(p >= 0, generator, "photo must not be negative, got {}", p);
  Rng rng(options_.seed, stream(Purpose::photo, i, p));
  return renderer.render(identity_of(numbers(i)), draw_conditions(rng, options_.nuisance), options_.size);
}

std::string GeneratedFaces::folder_name(int i) const { return zero_padded(i + 1, options_.identities, 5); }

std::string GeneratedFaces::photo_name(int p) const {
  return zero_padded(p + 1, options_.photos, 3) + ".jpg";
}

Image contact_sheet(const GeneratedFaces& faces, int families, int photos) {
  require(families >= 1 && photos >= 1, "contact_sheet",
          "families and photos must be at least 1, got {} and {}", families, photos);
  // Family by family, in the order of their numbers.
  std::vector<int> rows;
  const std::vector<int>& family = faces.families();
  for (int i = 0; i < faces.options().identities; ++i) {
    if (family[static_cast<std::size_t>(i)] < families) rows.push_back(i);
  }
  std::stable_sort(rows.begin(), rows.end(), [&family](int i, int j) {
    return family[static_cast<std::size_t>(i)] < family[static_cast<std::size_t>(j)];
  });
  const int size = faces.options().size;
  Image sheet(photos * size, static_cast<int>(rows.size()) * size);
  Renderer renderer;
  for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
    for (int column = 0; column < photos; ++column) {
      const Image photo = faces.photo(rows[static_cast<std::size_t>(row)], column, renderer);
      for (int y = 0; y < size; ++y) {
        std::copy_n(photo.pixel(0, y), 3 * size, sheet.pixel(column * size, row * size + y));
      }
    }
  }
  return sheet;
}

}  // namespace dg::faces
