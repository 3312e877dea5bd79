#include "data/exif.h"

#include "fuzz/targets.h"

namespace dg::fuzz {

void exif(Input input) {
  const int orientation = exif_orientation(input);
  expect(orientation >= 0 && orientation <= 8, "an orientation must be in 0..8");
  const Image turned = upright(Image(3, 2), orientation);
  expect(turned.width == (orientation >= 5 ? 2 : 3) && turned.height == 5 - turned.width,
         "an image must keep its sides, turned or not");
}

}  // namespace dg::fuzz
