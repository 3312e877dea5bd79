// The values of an enum, each with the word that recipes and the command line have for it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dg {

/// Every value of the enum once, in the order in which messages list the words.
template <class E>
using Choices = std::vector<std::pair<E, std::string>>;

/// Empty when `word` stands for no value.
template <class E>
std::optional<E> value_of(const Choices<E>& choices, std::string_view word) {
  for (const auto& [value, known] : choices) {
    if (known == word) return value;
  }
  return std::nullopt;
}

/// Empty when `value` is none of the enum's: a number that was cast to it.
template <class E>
std::string word_of(const Choices<E>& choices, E value) {
  for (const auto& [known, word] : choices) {
    if (known == value) return word;
  }
  return "";
}

/// `a, b or c`, each word between two `quote`s.
template <class E>
std::string list_words(const Choices<E>& choices, const std::string& quote = "") {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + quote + choices[i].second + quote;
  }
  return text;
}

}  // namespace dg
