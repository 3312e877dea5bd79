#include "data/photo_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "data/jpeg.h"
#include "data/png.h"
#include "data/webp.h"
#include "interop/whole_file.h"
#include "tensor/error.h"

namespace dg {
namespace {

using namespace std::string_view_literals;

struct OtherType {
  std::size_t offset;  // of the bytes that tell it
  std::string_view bytes;
  const char* what;
};

// What lies among photos although it is of another type, the more special before the more general.
constexpr std::array other_types = {
    OtherType{0, "GIF8"sv, "a GIF"},
    OtherType{0, "BM"sv, "a BMP"},
    OtherType{0, "II*\0"sv, "a TIFF or a camera's raw file"},
    OtherType{0, "MM\0*"sv, "a TIFF or a camera's raw file"},
    OtherType{4, "ftypavi"sv, "an AVIF"},
    OtherType{4, "ftyphei"sv, "a HEIC"},
    OtherType{4, "ftyphev"sv, "a HEIC"},
    OtherType{4, "ftypmif1"sv, "a HEIC or AVIF"},
    OtherType{4, "ftypmsf1"sv, "a HEIC or AVIF"},
    OtherType{4, "ftyp"sv, "a video"},
    OtherType{4, "JXL \r\n"sv, "a JPEG XL"},
    OtherType{0, "\xFF\x0A"sv, "a JPEG XL"},
    OtherType{4, "jP  \r\n"sv, "a JPEG 2000"},
    OtherType{0, "%PDF"sv, "a PDF"},
    OtherType{0, "PK\3\4"sv, "a ZIP archive"},
    OtherType{0, "version https://git-lfs"sv, "the pointer of Git LFS to a file that was not fetched"},
};

bool has_at(std::string_view text, std::size_t offset, std::string_view part) {
  return text.size() >= offset && text.substr(offset).starts_with(part);
}

// What a web site sends in place of a photo that it does not have, and drawings.
const char* markup(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  std::string start(text.substr(0, 9));
  for (char& c : start) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<head"))
    return "an HTML page, as a download that failed leaves";
  if (start.starts_with("<svg") || start.starts_with("<?xml")) return "an SVG or another XML file";
  return nullptr;
}

// "is a GIF", or what it begins with.
std::string what_else(std::span<const std::uint8_t> bytes) {
  const std::string_view text = as_text(bytes);
  for (const OtherType& type : other_types) {
    if (has_at(text, type.offset, type.bytes)) return fmt::format("is {}", type.what);
  }
  if (const char* what = markup(text)) return fmt::format("is {}", what);
  if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; }))
    return "is zeros from end to end, as a copy that was broken off leaves";
  std::string start = "begins with";
  for (const std::uint8_t b : bytes.first(std::min<std::size_t>(bytes.size(), 4)))
    start += fmt::format(" 0x{:02x}", b);
  return start;
}

}  // namespace

std::optional<PhotoType> photo_type(std::span<const std::uint8_t> beginning) {
  const std::string_view text = as_text(beginning);
  if (text.starts_with("\xFF\xD8\xFF")) return PhotoType::jpeg;
  if (text.starts_with("\x89PNG\r\n\x1A\n")) return PhotoType::png;
  if (text.starts_with("RIFF") && has_at(text, 8, "WEBP")) return PhotoType::webp;
  return std::nullopt;
}

Image decode_photo(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeLimits& limits) {
  const auto fail = [&](std::string_view why) {
    throw IoError(fmt::format("[decode_photo] {}: {}", name, why));
  };
  if (bytes.empty()) fail("the file is empty");
  const std::optional<PhotoType> type = photo_type(bytes);
  if (!type) fail(fmt::format("{} are read, this {}", photo_type_names, what_else(bytes)));
  switch (*type) {
    case PhotoType::png:
      return decode_png(bytes, name, limits);
    case PhotoType::webp:
      return decode_webp(bytes, name, limits);
    case PhotoType::jpeg:
      break;
  }
  return decode_jpeg(bytes, name, limits);
}

}  // namespace dg
