#include "data/jpeg.h"

#include <algorithm>

#include "fuzz/targets.h"
#include "interop/whole_file.h"

namespace dg::fuzz {

// The limits are small, so that an input takes no time.
void jpeg(Input input) {
  constexpr DecodeLimits limits{
      .max_side = 128, .max_pixels = 4096, .max_scans = 12, .max_file_bytes = 1 << 16};
  Image image;
  if (!accepted([&] { image = decode_jpeg(input, "input", limits); })) return;
  expect(image.width > 0 && image.height > 0, "a decoded image must have pixels");
  expect(std::max(image.width, image.height) <= limits.max_side, "a decoded image must be within the limits");
  expect(!encode_jpeg(image, 90).empty(), "a decoded image can be encoded");
}

}  // namespace dg::fuzz
