// Base64 (RFC 4648, section 4: A-Z a-z 0-9 + /, padded with =): four characters are three bytes. Strict: no
// line breaks, no missing padding, no stray bits, so that a text that was cut off is noticed.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace dg {

/// The bytes of a base64 text, none of an empty one. Error "[base64] position N: why", N counted in
/// characters from 0: a character outside the alphabet, a length that is no multiple of 4 (a cut-off text),
/// padding before the end or with bits that are not zero.
std::vector<std::uint8_t> decode_base64(std::string_view text);

}  // namespace dg
