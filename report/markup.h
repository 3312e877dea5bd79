// HTML that cannot be malformed: elements are functions of their contents, so every tag is closed, and text
// becomes markup by escaping alone.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dg::reporting {

class Markup {
 public:
  Markup() = default;
  /// Text of any origin: printable() first, and then what HTML takes for markup is escaped.
  Markup(std::string_view text);
  Markup(const std::string& text) : Markup(std::string_view(text)) {}
  Markup(const char* text) : Markup(std::string_view(text)) {}
  /// One after the other.
  Markup(std::initializer_list<Markup> parts);

  Markup& operator+=(const Markup& more);
  const std::string& html() const { return html_; }
  bool empty() const { return html_.empty(); }

  /// Text that is markup, style or script already, and of this program's own making.
  static Markup verbatim(std::string html);

 private:
  std::string html_;
};

/// Name and value; the value is escaped.
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// <name attributes>content</name>; of the elements that have no end tag (img, meta), <name attributes>.
Markup element(std::string_view name, const Attributes& attributes, const Markup& content = {});
/// An element without attributes.
Markup plain(std::string_view name, const Markup& content);

}  // namespace dg::reporting
