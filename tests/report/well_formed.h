// Whether HTML is well formed: every tag that begins ends, in order, and no text is mistaken for a tag.
#pragma once
#include <set>
#include <string>
#include <vector>

namespace dg {

/// What is wrong with the first tag that does not fit, with its place; empty if nothing is. Style and script
/// hold text until their end tag. No id may be there twice. Attributes must have values in double quotes
/// without "<" in them.
inline std::string what_is_malformed(const std::string& html) {
  static const std::set<std::string> without_end{"img", "meta"};
  std::vector<std::string> open;
  std::set<std::string> ids;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at)) {
    const std::string place = " at " + std::to_string(at) + ": " + html.substr(at, 60);
    if (html.compare(at, 4, "<!--") == 0 || html.compare(at, 2, "<!") == 0) {
      at = html.find('>', at);
      continue;
    }
    std::size_t end = at;
    for (bool quoted = false; ++end < html.size() && (quoted || html[end] != '>');) {
      if (html[end] == '"') quoted = !quoted;
      if (html[end] == '<') return "a tag in a tag" + place;
    }
    if (end >= html.size()) return "a tag without an end" + place;
    const bool closes = html[at + 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = html.substr(begin, html.find_first_of(" >", begin) - begin);
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos)
      return "no name of a tag" + place;
    if (const std::size_t id = html.find(" id=\"", at); id < end) {
      if (!ids.insert(html.substr(id + 5, html.find('"', id + 5) - id - 5)).second)
        return "an id again" + place;
    }
    at = end + 1;
    if (closes) {
      if (open.empty() || open.back() != name) return "the end of what has not begun" + place;
      open.pop_back();
    } else if (!without_end.contains(name)) {
      open.push_back(name);
      if (name == "script" || name == "style") at = html.find("</" + name + ">", at);
    }
  }
  return open.empty() ? "" : "no end of " + open.back();
}

}  // namespace dg
