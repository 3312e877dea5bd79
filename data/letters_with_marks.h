// Letters with accents in the two ways that Unicode has for them: as one code point (NFC, as Linux and
// Windows write names) or as a letter and its marks (NFD, as macOS does).
#pragma once
#include <string>
#include <string_view>

namespace dg {

/// Of UTF-8. Bytes that are none become \x and digits.
std::u32string code_points(const std::string& utf8);

/// The text with letters and marks apart: equal for NFC and NFD forms of the same name, for the scripts that
/// have such letters below U+3100 and for Hangul.
std::u32string decomposed(std::u32string_view text);

}  // namespace dg
