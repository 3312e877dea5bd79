// A look at TOML text before a parser gets it, which may trust its input more than files of strangers
// deserve.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dg {

/// The longest line, in bytes: far above any setting, and short enough that a parser whose time grows with
/// the square of a key's length stays quick.
inline constexpr std::size_t longest_toml_line = 64 << 10;

/// Error "NAME:line: why" for bytes that are no UTF-8, a line longer than longest_toml_line, a key of more
/// than 64 parts (tables in tables, which end deeper than the stack), a byte that is no printable ASCII
/// outside of quotes and comments (TOML allows bare keys of ASCII only; toml++ 3.3 looks other bytes up
/// outside its tables), a quote inside a value, such as +"x" (where the parser sees no string, but such
/// bytes), and a table header that begins with a character no key may begin with (toml++ 3.3 ends the
/// program). Everything else is left to the parser.
void check_toml_text(std::string_view text, const std::string& name);

}  // namespace dg
