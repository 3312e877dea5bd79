#include "interop/toml_text.h"

#include <fmt/format.h>

#include "interop/utf8.h"
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
    // A line starts behind a byte order mark.
    if (constexpr std::string_view mark = "\xEF\xBB\xBF"; left_.starts_with(mark))
      left_.remove_prefix(mark.size());
    while (!left_.empty()) {
      const char c = left_.front();
      if (c == '#') {
        const char before = before_;  // for what follows, a comment is a blank
        while (!left_.empty() && left_.front() != '\n') skip(1);
        before_ = before;
      } else if (c == '"' || c == '\'') {
        // For the parser such a quote is a part of the value, and so is the text behind it.
        if (!begins_something() && !(before_ == '.' && !equals_))
          fail("a quote may only begin a key or a value");
        skip_string(c);
      } else if (c == '[' && open_.empty() && starts_line_) {
        skip_header();
      } else {
        if (static_cast<unsigned char>(c) >= 0x7F || (c < ' ' && c != '\t' && c != '\n' && c != '\r')) {
          fail(fmt::format("byte 0x{:02x} outside of quotes; a key or string with it must be quoted",
                           static_cast<unsigned char>(c)));
        }
        count_part(c);
        // So is what looks like the begin of another value or entry.
        if ((c == '[' || c == '{') && !begins_something()) fail(fmt::format("{} may only begin a value", c));
        if (c == '=' && equals_) fail("a second = in one entry");
        if (c == '=' || c == '}') equals_ = true;
        if (c == '{' || (c == ',' && !open_.empty())) equals_ = false;
        if (c == '[' || c == '{') open_ += c;
        if (c == ']' || c == '}') {
          if (open_.empty() || open_.back() != (c == ']' ? '[' : '{'))
            fail(fmt::format("{} without its {}", c, c == ']' ? '[' : '{'));
          open_.pop_back();
        }
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
      if (c == '\n' && open_.empty()) equals_ = false;
      if ((c == '\n' && open_.empty()) || (c != '\n' && c != ' ' && c != '\t' && c != '\r')) before_ = c;
      in_line_ = c == '\n' ? 0 : in_line_ + 1;
      if (in_line_ > longest_toml_line)
        fail(fmt::format("the line has more than {} bytes", longest_toml_line));
      left_.remove_prefix(1);
    }
  }

  // Whether the next letter is the first of a key or a value.
  bool begins_something() const {
    return before_ == '\n' || before_ == '=' || before_ == '[' || before_ == '{' || before_ == ',';
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
    const bool equals = equals_;  // line feeds in the string end no entry
    skip_quoted(quote);
    equals_ = equals;
  }

  void skip_quoted(char quote) {
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
  char before_ = '\n';      // the last letter that is no blank; a line feed where a new entry begins
  bool equals_ = false;     // whether the entry has its =
  std::string open_;        // the [ and { of arrays and inline tables that are not closed yet
  bool starts_line_ = true;
};

}  // namespace

void check_toml_text(std::string_view text, const std::string& name) {
  TomlScan(text, name).run();
  check_utf8(text, name);
}

}  // namespace dg
