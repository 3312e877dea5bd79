// PNG files through libpng: every colour type, depth and interlacing becomes an upright 8-bit RGB image.
// Samples of 16 bits are rounded to 8, transparency is put over white (transparency.h), and gamma and colour
// profiles are not applied, as they are not to a JPEG. Of an animated PNG the picture is read that a program
// without animations shows. A damaged file is an error: a chunk whose checksum is wrong, missing data, a
// missing end.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "data/decode_limits.h"
#include "data/image.h"

namespace dg {

/// Decodes a PNG in memory and applies the orientation of its eXIf chunk. `name` (a path) is only for
/// messages. Beside the image, memory is taken for two rows and for what zlib needs. IoError "[decode_png]
/// NAME: why", with libpng's own words: empty, not a PNG, truncated or corrupt data, larger than `limits`.
/// Stopped when `limits.stop` is set, which is looked at between rows.
Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name,
                 const DecodeLimits& limits = {});

}  // namespace dg
