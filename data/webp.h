// WebP files through libwebp: lossy and lossless ones become an upright 8-bit RGB image, transparency is put
// over white (transparency.h), and colour profiles are not applied. Animations are refused: which of their
// pictures would be the photo? A truncated file is an error, and so are data that cannot be decoded; but WebP
// has no checksums, so that a changed byte may go unseen.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "data/decode_limits.h"
#include "data/image.h"

namespace dg {

/// Decodes a WebP in memory and applies the orientation of its EXIF chunk. `name` (a path) is only for
/// messages. IoError "[decode_webp] NAME: why": empty, not a WebP, animated, truncated or corrupt data,
/// larger than `limits`. Stopped when `limits.stop` is set, which is looked at some sixteen times (libwebp
/// decodes all rows that the data given so far hold).
Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& name,
                  const DecodeLimits& limits = {});

}  // namespace dg
