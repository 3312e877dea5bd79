#include "data/colliding_names.h"

#include <gtest/gtest.h>

#include "data/letters_with_marks.h"

namespace dg {
namespace {

using Names = std::vector<std::string>;

// The groups as "a = b: case, unicode".
Names groups(const Names& names) {
  Names all;
  for (const CollidingNames& c : colliding_names(names)) {
    std::string text;
    for (const std::string& one : c.names) text += (text.empty() ? "" : " = ") + one;
    for (const std::string& what : c.differ_in) text += (what == c.differ_in[0] ? ": " : ", ") + what;
    all.push_back(text);
  }
  return all;
}

TEST(CollidingNames, DifferInCaseFormOrSpaces) {
  EXPECT_EQ(groups({"Anna", "anna", "Bob"}), Names{"Anna = anna: case"});
  EXPECT_EQ(groups({"Zo\u00EB", "Zoe\u0308", "Zoe"}), Names{"Zo\u00EB = Zoe\u0308: unicode"});
  EXPECT_EQ(groups({"bob", "bob ", "\u00A0bob", "bo b"}), Names{"bob = bob  = \u00A0bob: spaces"});
  EXPECT_EQ(groups({"ZO\u00CB ", "zoe\u0308"}), Names{"ZO\u00CB  = zoe\u0308: case, unicode, spaces"});
  EXPECT_EQ(groups({"\u00C4nne", "\u00E4nne"}), Names{"\u00C4nne = \u00E4nne: case"});
  EXPECT_EQ(groups({"\u0418\u0432\u0430\u043D", "\u0438\u0432\u0430\u043D"}),
            Names{"\u0418\u0432\u0430\u043D = \u0438\u0432\u0430\u043D: case"});
  EXPECT_EQ(groups({"a", "b", "\xFF", "\xFE", ""}), Names{});
  EXPECT_EQ(groups({"\xFF"
                    "A",
                    "\xFF"
                    "a"}),
            Names{"\xFF"
                  "A = \xFF"
                  "a: case"});
}

TEST(LettersWithMarks, AreTakenApart) {
  EXPECT_EQ(decomposed(U"Zo\u00EB"), U"Zoe\u0308");
  EXPECT_EQ(decomposed(U"Zoe\u0308"), U"Zoe\u0308");
  EXPECT_EQ(decomposed(U"\u1EC7"), U"e\u0323\u0302");  // two marks, in Unicode's order
  EXPECT_EQ(decomposed(U"\u304C\u3071"), U"\u304B\u3099\u306F\u309A");
  EXPECT_EQ(decomposed(U"\u0439\u0451"), U"\u0438\u0306\u0435\u0308");
  EXPECT_EQ(decomposed(U"\uAC00\uAC01\uD7A3"), U"\u1100\u1161\u1100\u1161\u11A8\u1112\u1175\u11C2");
  EXPECT_EQ(decomposed(U"\U0001F600x"), U"\U0001F600x");
}

}  // namespace
}  // namespace dg
