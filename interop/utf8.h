// Text of unknown origin: whether it is UTF-8 (RFC 3629), and how it is shown to people.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dg {

/// Error "NAME:line: why" for bytes that are no UTF-8, which neither a parser nor a file of JSON takes.
void check_utf8(std::string_view text, const std::string& name);

/// For messages: the first `most` bytes and "..." where the text has more, without half a letter at the end.
std::string shortened(std::string_view text, std::size_t most = 100);

/// For terminals and logs: control characters other than line feed and tab, which a file name may hold to
/// change what a terminal shows, and bytes that are no UTF-8 become \x and two hexadecimal digits.
std::string printable(std::string_view text);

/// For names inside a line: a line feed becomes \n.
std::string in_one_line(std::string text);

}  // namespace dg
