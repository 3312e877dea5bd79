#include "data/tsv/base64.h"

#include <array>

#include "tensor/check.h"

namespace dg {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_character = 64;  // value of a character outside the alphabet

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& v : values) v = no_character;
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
    values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto base64_values = make_values();

std::uint32_t value_of(char c) { return base64_values[static_cast<unsigned char>(c)]; }

}  // namespace

std::vector<std::uint8_t> decode_base64(std::string_view text) {
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::size_t end = text.size() - padding;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint32_t v = value_of(text[i]);
    require(v < no_character, "base64", "position {}: 0x{:02x} is no character of base64", i,
            static_cast<unsigned>(static_cast<unsigned char>(text[i])));
    bits = bits << 6 | v;
    if (i % 4 == 3) {
      for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
      bits = 0;
    }
  }
  require(text.size() % 4 == 0, "base64", "position {}: the text ends inside a group of four characters",
          text.size());
  if (padding == 0) return bytes;
  const std::size_t unused = padding * 2;  // bits of the last character that belong to no byte
  require((bits & ((1u << unused) - 1)) == 0, "base64", "position {}: the last character has stray bits",
          end - 1);
  bits >>= unused;
  if (padding == 1) bytes.push_back(static_cast<std::uint8_t>(bits >> 8));
  bytes.push_back(static_cast<std::uint8_t>(bits));
  return bytes;
}

}  // namespace dg
