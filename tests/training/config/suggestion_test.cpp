// "Did you mean": by spelling, and for the words of other programs.
#include "training/config/suggestion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "error_text.h"
#include "training/config/keys.h"
#include "training/config/set_error.h"

namespace dg {
namespace {

using Names = std::vector<std::string>;

// By the definition: the shortest way through all edits.
std::size_t edits_by_definition(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const std::size_t kept = edits_by_definition(a.substr(1), b.substr(1)) + (a[0] != b[0]);
  return std::min({kept, edits_by_definition(a.substr(1), b) + 1, edits_by_definition(a, b.substr(1)) + 1});
}

TEST(Suggestion, EditDistanceIsTheShortestWayThroughAllEdits) {
  const Names words{"", "a", "train", "trian", "trai", "rate", "step", "paste", "aaa"};
  for (const std::string& a : words) {
    for (const std::string& b : words)
      EXPECT_EQ(edit_distance(a, b), edits_by_definition(a, b)) << a << " " << b;
  }
}

TEST(Suggestion, ANameIsNearWhenItIsMistypedAndNotWhenItIsAnother) {
  const Names known{"faces", "train", "evaluate", "demo"};
  EXPECT_EQ(nearest_name("trian", known), "train");
  EXPECT_EQ(nearest_name("evalute", known), "evaluate");
  EXPECT_EQ(nearest_name("zzzz", known), "");
  EXPECT_EQ(nearest_name("x", {"ab"}), "") << "two edits make anything of two letters";
  EXPECT_EQ(nearest_name(std::string(5000, 'e'), known), "");
}

TEST(Suggestion, TheWordsOfOtherProgramsLeadToTheKey) {
  const std::vector<std::pair<std::string, std::string>> cases{{"lr", "optim.rate"},
                                                               {"learning_rate", "optim.rate"},
                                                               {"optim.lr", "optim.rate"},
                                                               {"Learning-Rate", "optim.rate"},
                                                               {"bs", "sampling.batch"},
                                                               {"batch_size", "sampling.batch"},
                                                               {"sampling.batch_size", "sampling.batch"},
                                                               {"wd", "optim.decay"},
                                                               {"weight_decay", "optim.decay"},
                                                               {"momentum", "optim.momentum"},
                                                               {"workers", "data.workers"},
                                                               {"num_workers", "data.workers"},
                                                               {"image_size", "network.input"},
                                                               {"img_size", "network.input"},
                                                               {"emb", "network.embedding"},
                                                               {"dim", "network.embedding"},
                                                               {"embedding_size", "network.embedding"},
                                                               {"margin", "loss.margin_alpha or loss.margin"},
                                                               {"scale", "loss.l2_alpha or augment.scale"},
                                                               {"s", "loss.l2_alpha"}};
  for (const auto& [word, keys] : cases) {
    EXPECT_TRUE(contains(set_error(word + "=1"), "unknown key " + word + "; did you mean " + keys + "?"));
  }
}

TEST(Suggestion, EveryOtherWordLeadsToAKeyAndIsNone) {
  std::set<std::string_view> seen;
  for (const OtherWords& other : other_words()) {
    for (const std::string_view word : other.words) {
      EXPECT_TRUE(seen.insert(word).second) << word << " stands twice";
      const Names keys = keys_for(word);
      ASSERT_FALSE(keys.empty()) << word;
      for (const config::Key& key : config::keys()) {
        EXPECT_NE(key.name, word);
        if (!key.name.ends_with(fmt::format(".{}", word))) continue;
        EXPECT_NE(std::find(keys.begin(), keys.end(), key.name), keys.end())
            << word << " is the last part of " << key.name;
      }
    }
  }
  EXPECT_GT(seen.size(), 60u);
}

TEST(Suggestion, KeysForTakesAKeysOwnLastPart) {
  EXPECT_EQ(keys_for("batch"), Names{"sampling.batch"});
  EXPECT_EQ(keys_for("optim.rate"), Names{"optim.rate"});
  EXPECT_EQ(keys_for("nothing"), Names{});
}

TEST(Suggestion, ListsReadAsText) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b"}), "a or b");
  EXPECT_EQ(listed({"a", "b", "c"}, "and"), "a, b and c");
}

TEST(Tiers, NameKeysThatAreThereOnce) {
  std::set<std::string_view> seen;
  for (const config::TierText& tier : config::tiers()) {
    for (const std::string_view name : tier.keys) {
      EXPECT_TRUE(seen.insert(name).second) << name << " stands twice";
      const auto& keys = config::keys();
      const auto key =
          std::find_if(keys.begin(), keys.end(), [&](const config::Key& k) { return k.name == name; });
      ASSERT_NE(key, keys.end()) << name;
      EXPECT_EQ(key->tier, tier.tier) << name;
    }
  }
}

}  // namespace
}  // namespace dg
