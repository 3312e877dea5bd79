#include "data/colliding_names.h"

#include <clocale>
#include <cwctype>
#include <map>

#include "data/letters_with_marks.h"

namespace dg {
namespace {

std::u32string trimmed(const std::u32string& text) {
  constexpr std::u32string_view spaces = U" \t\u00A0\u3000";
  const std::size_t begin = text.find_first_not_of(spaces);
  return begin == std::u32string::npos ? U"" : text.substr(begin, text.find_last_not_of(spaces) + 1 - begin);
}

std::u32string in_small_letters(std::u32string text) {
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  for (char32_t& letter : text) {
    const auto wide = static_cast<wint_t>(letter);
    letter = static_cast<char32_t>(utf8 != nullptr ? ::towlower_l(wide, utf8) : std::towlower(wide));
  }
  return text;
}

// What is to be made the same; one of them left out shows whether it takes that one.
struct Steps {
  bool small = true, apart = true, trim = true;
};

std::u32string key_of(const std::string& name, const Steps& steps) {
  std::u32string text = code_points(name);
  if (steps.trim) text = trimmed(text);
  if (steps.apart) text = decomposed(text);
  if (steps.small) text = in_small_letters(text);
  return text;
}

bool are_equal(const std::vector<std::string>& names, const Steps& steps) {
  for (const std::string& name : names) {
    if (key_of(name, steps) != key_of(names[0], steps)) return false;
  }
  return true;
}

}  // namespace

std::vector<CollidingNames> colliding_names(const std::vector<std::string>& names) {
  std::map<std::u32string, std::vector<std::string>> by_key;
  for (const std::string& name : names) by_key[key_of(name, {})].push_back(name);
  std::vector<CollidingNames> all;
  for (auto& [key, same] : by_key) {
    if (same.size() < 2) continue;
    CollidingNames found{.names = std::move(same), .differ_in = {}};
    if (!are_equal(found.names, {.small = false})) found.differ_in.push_back("case");
    if (!are_equal(found.names, {.apart = false})) found.differ_in.push_back("unicode");
    if (!are_equal(found.names, {.trim = false})) found.differ_in.push_back("spaces");
    all.push_back(std::move(found));
  }
  return all;
}

}  // namespace dg
