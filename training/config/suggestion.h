// "Did you mean": names that are near in spelling, and the words that other programs have for our keys.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// The least number of insertions, deletions and replacements of a byte that make one text the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The most edits at which a name still passes for another one that was mistyped.
std::size_t most_edits(std::string_view name);

/// Of `known` the one nearest in spelling; empty if none is near. Names above 100 bytes are near to none.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// The keys that `word` stands for elsewhere, the likeliest first: "lr" or "--learning-rate" without its
/// dashes is optim.rate. A key's own last part stands for it too. Empty for a word that nobody uses.
std::vector<std::string> keys_for(std::string_view word);

/// What other programs call some keys. Keys that this version does not have yet may stand there too.
struct OtherWords {
  std::vector<std::string_view> keys;  // the likeliest first
  std::vector<std::string_view> words;
};
const std::vector<OtherWords>& other_words();

/// "; did you mean sampling.batch?", or where all keys are listed.
std::string key_suggestion(std::string_view name);

/// "a", "a or b", "a, b or c".
std::string listed(const std::vector<std::string>& names, const char* last = "or");

}  // namespace dg
