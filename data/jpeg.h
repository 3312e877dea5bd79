// JPEG files through libjpeg-turbo: any JPEG it can read becomes an upright 8-bit RGB image.
// Greyscale is repeated over the channels; CMYK and YCCK (in Adobe's inverted form) are mixed
// down. A damaged file is an error: half a face would train as if it were whole. Damaged means that the data
// of a scan are incomplete, wrong or too many; a missing end marker is not damage.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/decode_limits.h"
#include "data/image.h"

namespace dg {

/// Decodes a JPEG in memory and applies its EXIF orientation. `name` (a path) is only for messages.
/// IoError "[decode_jpeg] NAME: why", with libjpeg's own words: empty, not a JPEG, truncated or corrupt data,
/// larger than `limits`, too many scans. Stopped when `limits.stop` is set, which is looked at between rows.
Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name,
                  const DecodeLimits& limits = {});

/// Reads and decodes a file. IoError as decode_jpeg, or with the system's words if the file cannot be read.
Image read_jpeg(const std::filesystem::path& path, const DecodeLimits& limits = {});

/// A JPEG of the image: full chroma (4:4:4), standard Huffman tables, so equal images give equal bytes.
/// `quality` is libjpeg's, 1..100. Error for an empty image or another quality.
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);

/// Writes the bytes of encode_jpeg to `path`; a file that could not be finished is removed. IoError names the
/// path and the system's reason.
void write_jpeg(const std::filesystem::path& path, const Image& image, int quality);

}  // namespace dg
