#include "interop/utf8.h"

#include <fmt/format.h>

#include <algorithm>

#include "tensor/error.h"

namespace dg {
namespace {

// Bytes of the letter that the text begins with; 0 where they are no UTF-8 (RFC 3629).
std::size_t letter_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Letters in more bytes than they need, surrogates, and numbers above 0x10FFFF.
  const bool too_long = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool surrogate = first == 0xED && byte(1) >= 0xA0, too_large = first == 0xF4 && byte(1) >= 0x90;
  return too_long || surrogate || too_large ? 0 : bytes;
}

// Whether a letter moves a terminal's cursor, changes its colours and the like: ASCII below blank but line
// feed and tab, DEL, and U+0080 to U+009F, which are 0xC2 and another byte.
bool is_control(std::string_view letter) {
  const auto first = static_cast<unsigned char>(letter[0]);
  if (letter.size() == 2) return first == 0xC2 && static_cast<unsigned char>(letter[1]) < 0xA0;
  return letter.size() == 1 && ((first < 0x20 && first != '\n' && first != '\t') || first == 0x7F);
}

}  // namespace

void check_utf8(std::string_view text, const std::string& name) {
  std::size_t line = 1;
  while (!text.empty()) {
    const std::size_t bytes = letter_bytes(text);
    if (bytes == 0) {
      throw Error(fmt::format("{}:{}: byte 0x{:02x} is not UTF-8; save the text as UTF-8", name, line,
                              static_cast<unsigned char>(text.front())));
    }
    line += text.front() == '\n';
    text.remove_prefix(bytes);
  }
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t bytes = letter_bytes(text);
    const std::string_view letter = text.substr(0, std::max<std::size_t>(bytes, 1));
    if (bytes > 0 && !is_control(letter)) {
      result += letter;
    } else {
      for (const char byte : letter) result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(letter.size());
  }
  return result;
}

std::string in_one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\n");
  return text;
}

}  // namespace dg
