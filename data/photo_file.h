// A photo as people keep it, of any type that is read. The type is told by the first bytes, never by the
// name: web sites and phones give a PNG or WebP the ending .jpg every day.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "data/decode_limits.h"
#include "data/image.h"

namespace dg {

enum class PhotoType { jpeg, png, webp };

/// The types by name, for messages.
inline constexpr const char* photo_type_names = "JPEG, PNG and WebP";

/// How many bytes of a file photo_type() may need.
inline constexpr std::size_t photo_type_bytes = 12;

/// The type of a photo that begins with these bytes; nothing if they are no photo of a type that is read, or
/// too few to tell. Whether the rest of the photo is good, only decoding says.
std::optional<PhotoType> photo_type(std::span<const std::uint8_t> beginning);

/// Decodes a photo in memory by decode_jpeg, decode_png or decode_webp; errors are theirs. IoError
/// "[decode_photo] NAME: why" if it is of another type, with the type's name where it is a usual one. `name`
/// (a path) is only for messages.
Image decode_photo(std::span<const std::uint8_t> bytes, const std::string& name,
                   const DecodeLimits& limits = {});

}  // namespace dg
