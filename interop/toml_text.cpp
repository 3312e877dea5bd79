#include "interop/toml_text.h"

#include <fmt/format.h>

#include "tensor/error.h"

namespace dg {
namespace {

bool is_bare_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// Each part is a table in a table, which a parser may make and destroy by recursion. No setting has above 2.
constexpr std::size_t most_key_parts = 64;

class TomlScan {
 public:
  TomlScan(std::string_view text, const std::string& name) : left_(text), name_(name) {}

  void run() {
    if (left_.starts_with("\xEF\xBB\xBF")) skip(3);  // a byte order mark
    while (!left_.empty()) {
      const char c = left_.front();
      if (c == '#') {
        while (!left_.empty() && left_.front() != '\n') skip(1);
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '[' && depth_ == 0 && starts_line_) {
        skip_header();
      } else {
        if (static_cast<unsigned char>(c) >= 0x7F || (c < ' ' && c != '\t' && c != '\n' && c != '\r')) {
          fail(fmt::format("byte 0x{:02x} outside of quotes; a key or string with it must be quoted",
                           static_cast<unsigned char>(c)));
        }
        count_part(c);
        if (c == '[' || c == '{') ++depth_;
        if ((c == ']' || c == '}') && depth_ > 0) --depth_;
        skip(1);
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}:{}: {}", name_, line_, why));
  }

  void skip(std::size_t bytes) {
    for (; bytes > 0; --bytes) {
      const char c = left_.front();
      starts_line_ = c == '\n' || (starts_line_ && (c == ' ' || c == '\t'));
      line_ += c == '\n';
      in_line_ = c == '\n' ? 0 : in_line_ + 1;
      if (in_line_ > longest_toml_line)
        fail(fmt::format("the line has more than {} bytes", longest_toml_line));
      left_.remove_prefix(1);
    }
  }

  // Of a key such as a.b.c, quoted parts included. Numbers with a point count too, but end at what follows.
  void count_part(char c) {
    if (c == '.') {
      if (++points_ == most_key_parts) fail(fmt::format("a key has more than {} parts", most_key_parts));
    } else if (!is_bare_key(c) && c != ' ' && c != '\t') {
      points_ = 0;
    }
  }

  // One that does not end is the parser's to name.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool long_form = left_.starts_with(three);
    skip(long_form ? 3 : 1);
    while (!left_.empty()) {
      if (!long_form && left_.front() == quote) return skip(1);
      if (long_form && left_.starts_with(three)) {
        skip(3);
        // Up to two quotes may stand before the three that end the string, which are then the last three.
        for (int more = 0; more < 2 && left_.starts_with(quote); ++more) skip(1);
        return;
      }
      if (!long_form && left_.front() == '\n') return;
      skip(quote == '"' && left_.front() == '\\' && left_.size() > 1 ? 2 : 1);
    }
  }

  // [a], [[a]]
  void skip_header() {
    points_ = 0;
    skip(left_.starts_with("[[") ? 2 : 1);
    while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\t')) skip(1);
    if (left_.empty() || !(is_bare_key(left_.front()) || left_.front() == '"' || left_.front() == '\''))
      fail("a table header must hold a key, as in [section]");
    while (!left_.empty() && left_.front() != '\n' && left_.front() != ']' && left_.front() != '#') {
      const char c = left_.front();
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (is_bare_key(c) || c == '.' || c == ' ' || c == '\t' || c == '\r') {
        count_part(c);
        skip(1);
      } else {
        fail("a table header must hold a key, as in [section]");
      }
    }
    while (left_.starts_with("]")) skip(1);
  }

  std::string_view left_;
  const std::string& name_;
  std::size_t line_ = 1, in_line_ = 0;
  std::size_t points_ = 0;  // in the key so far
  int depth_ = 0;           // of arrays and inline tables
  bool starts_line_ = true;
};

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

void check_toml_text(std::string_view text, const std::string& name) {
  TomlScan(text, name).run();
  check_utf8(text, name);
}

}  // namespace dg
