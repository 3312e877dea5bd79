// Photos with transparent pixels (PNG, WebP).
#pragma once
#include <cstdint>

namespace dg {

/// One channel (0..255) of a pixel of opacity `alpha` (0 = transparent, 255 = opaque) over white, rounded.
/// White is what photo programs, browsers and printers show behind a cut-out face, while the colour that is
/// stored under transparent pixels is left over from anything.
inline std::uint8_t over_white(int value, int alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace dg
