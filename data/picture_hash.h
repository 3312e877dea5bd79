// Whether two photos are the same picture, though their files differ: saved again, resized, of another type.
//
//   difference hash: the picture is reduced to 9 x 8 mean grey values; bit (y, x) says whether value (y, x +
//   1) is larger than value (y, x). A second one does the same down the columns of 8 x 9 values.
//
// Two photos are the same picture if both hashes differ in at most same_picture_bits bits together. Photos of
// one scene taken one after the other may be so too; crops, mirror images and turned ones are not found.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>

#include "data/image.h"

namespace dg {

/// Among 25,000 aligned faces no two different pictures were so near (docs/own-photos.md).
inline constexpr int same_picture_bits = 2;

struct PictureHash {
  std::uint64_t across = 0, down = 0;

  auto operator<=>(const PictureHash&) const = default;
};

/// In 0..128.
inline int distance(const PictureHash& a, const PictureHash& b) {
  return std::popcount(a.across ^ b.across) + std::popcount(a.down ^ b.down);
}

/// Nothing for a picture of nearly one colour, whose differences are noise. Error for an image without
/// pixels.
std::optional<PictureHash> picture_hash(const Image& image);

}  // namespace dg
