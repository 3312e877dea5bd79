// Near hashes without comparing all with all. Bits that may still differ are cut into four parts. Two hashes
// that differ in at most two bits agree in two of the parts at least, so both are in the same group once the
// hashes are sorted by these two, for one of the six choices. In a group the bits of the other two parts may
// still differ, and a large group is cut again.
#include <algorithm>
#include <array>
#include <span>

#include "data/duplicates.h"

namespace dg {
namespace {

constexpr std::size_t few = 32;  // as many are compared with each other
constexpr int parts = 4;
static_assert(parts - same_picture_bits == 2, "two parts are without a difference");

PictureHash both(const PictureHash& a, const PictureHash& b) {
  return {a.across & b.across, a.down & b.down};
}

// The bits of `open` in four parts of about the same size.
std::array<PictureHash, parts> cut(const PictureHash& open) {
  std::array<PictureHash, parts> result{};
  const int bits = distance(open, {});
  int taken = 0;
  for (int i = 0; i < 128; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (((i < 64 ? open.across : open.down) & bit) == 0) continue;
    PictureHash& part = result[static_cast<std::size_t>(taken++ * parts / bits)];
    (i < 64 ? part.across : part.down) |= bit;
  }
  return result;
}

class Search {
 public:
  Search(const std::vector<PictureHash>& hashes, const std::function<void(std::size_t, std::size_t)>& found)
      : hashes_(hashes), found_(found) {}

  // `places`: of hashes that agree outside `open`.
  void among(std::span<std::uint32_t> places, const PictureHash& open) {
    if (places.size() <= few || distance(open, {}) <= parts) return compare_all(places);
    const std::array<PictureHash, parts> cuts = cut(open);
    for (std::size_t a = 0; a < parts; ++a) {
      for (std::size_t b = a + 1; b < parts; ++b) {
        const PictureHash same{cuts[a].across | cuts[b].across, cuts[a].down | cuts[b].down};
        const auto key = [&](std::uint32_t place) { return both(hashes_[place], same); };
        std::ranges::sort(places, {}, key);
        for (std::size_t begin = 0, end; begin < places.size(); begin = end) {
          for (end = begin + 1; end < places.size() && key(places[end]) == key(places[begin]);) ++end;
          if (end - begin > 1)
            among(places.subspan(begin, end - begin), {open.across & ~same.across, open.down & ~same.down});
        }
      }
    }
  }

 private:
  void compare_all(std::span<const std::uint32_t> places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = i + 1; j < places.size(); ++j) {
        if (distance(hashes_[places[i]], hashes_[places[j]]) <= same_picture_bits)
          found_(places[i], places[j]);
      }
    }
  }

  const std::vector<PictureHash>& hashes_;
  const std::function<void(std::size_t, std::size_t)>& found_;
};

}  // namespace

void near_pairs(const std::vector<PictureHash>& hashes,
                const std::function<void(std::size_t, std::size_t)>& found) {
  std::vector<std::uint32_t> places(hashes.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint32_t>(i);
  Search(hashes, found).among(places, {~std::uint64_t{0}, ~std::uint64_t{0}});
}

}  // namespace dg
