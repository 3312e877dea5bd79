#include "report/pictures.h"

#include <filesystem>

#include "data/jpeg.h"

namespace dg::reporting {
namespace {

constexpr int picture_quality = 82;  // some 5 KB a picture

}  // namespace

Pictures::Pictures(const PhotoSet& set, const std::optional<CropBox>& crop, bool shown)
    : set_(set), shown_(shown), store_(set, replacement_lists(set), {.size = side, .crop = crop}) {}

Picture Pictures::of(ClassId identity, PhotoId photo) {
  Picture picture{.identity = set_.classes[identity],
                  .photo = std::filesystem::path(set_.name(photo)).filename().string()};
  if (!shown_) return picture;
  Image image(side, side);
  if (store_.try_load(photo, image.rgb.data())) picture.jpeg = encode_jpeg(image, picture_quality);
  return picture;
}

// RFC 4648, section 4.
std::string data_uri(const std::vector<std::uint8_t>& jpeg) {
  constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "data:image/jpeg;base64,";
  for (std::size_t i = 0; i < jpeg.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < jpeg.size() ? std::uint32_t{jpeg[i + k]} : 0u; };
    const std::uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= jpeg.size() ? letters[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace dg::reporting
