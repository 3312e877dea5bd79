#include "data/png.h"

#include <algorithm>

#include "fuzz/targets.h"
#include "tests/data/png_files.h"

namespace dg::fuzz {

// The limits are small, so that an input takes no time. Checksums are set right, unless the first byte is
// odd: otherwise no change of a good file would come further than to them.
void png(Input input) {
  constexpr DecodeLimits limits{.max_side = 128, .max_pixels = 4096};
  const bool as_it_is = take_byte(input) % 2 == 1;
  PngBytes file(input.begin(), input.end());
  if (!as_it_is) mend_png_checksums(file);
  Image image;
  if (!accepted([&] { image = decode_png(file, "input", limits); })) return;
  expect(image.width > 0 && image.height > 0, "a decoded image must have pixels");
  expect(std::max(image.width, image.height) <= limits.max_side, "a decoded image must be within the limits");
  expect(image.rgb.size() == static_cast<std::size_t>(image.width) * image.height * 3,
         "an image must be whole");
}

}  // namespace dg::fuzz
