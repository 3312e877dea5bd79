#include "data/webp.h"

#include <algorithm>

#include "fuzz/targets.h"

namespace dg::fuzz {

// The limits are small, so that an input takes no time. The file's length is set right, so that inputs that
// are longer or shorter than a good file are looked at too.
void webp(Input input) {
  constexpr DecodeLimits limits{.max_side = 128, .max_pixels = 4096};
  std::vector<std::uint8_t> file(input.begin(), input.end());
  if (file.size() >= 12) {
    for (int i = 0; i < 4; ++i) file[4 + i] = static_cast<std::uint8_t>((file.size() - 8) >> 8 * i);
  }
  Image image;
  if (!accepted([&] { image = decode_webp(file, "input", limits); })) return;
  expect(image.width > 0 && image.height > 0, "a decoded image must have pixels");
  expect(std::max(image.width, image.height) <= limits.max_side, "a decoded image must be within the limits");
  expect(image.rgb.size() == static_cast<std::size_t>(image.width) * image.height * 3,
         "an image must be whole");
}

}  // namespace dg::fuzz
