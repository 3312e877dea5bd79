#include "report/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "interop/utf8.h"

namespace dg::reporting {
namespace {

std::string html_escaped(std::string_view text) {
  std::string html;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

constexpr std::array<std::string_view, 2> without_end_tag{"img", "meta"};

}  // namespace

Markup::Markup(std::string_view text) : html_(html_escaped(text)) {}

Markup::Markup(std::initializer_list<Markup> parts) {
  for (const Markup& part : parts) html_ += part.html_;
}

Markup& Markup::operator+=(const Markup& more) {
  html_ += more.html_;
  return *this;
}

Markup Markup::verbatim(std::string html) {
  Markup markup;
  markup.html_ = std::move(html);
  return markup;
}

Markup element(std::string_view name, const Attributes& attributes, const Markup& content) {
  std::string html = fmt::format("<{}", name);
  for (const auto& [key, value] : attributes) html += fmt::format(" {}=\"{}\"", key, html_escaped(value));
  html += ">";
  if (std::ranges::find(without_end_tag, name) == without_end_tag.end())
    html += fmt::format("{}</{}>", content.html(), name);
  return Markup::verbatim(std::move(html));
}

Markup plain(std::string_view name, const Markup& content) { return element(name, {}, content); }

}  // namespace dg::reporting
