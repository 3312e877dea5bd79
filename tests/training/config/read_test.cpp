// Recipe files: layers, and what is said about wrong ones.
#include "training/config/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "error_text.h"
#include "temporary.h"
#include "training/config/set_error.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::string parse_error(const std::string& toml) {
  return error_text([&] { parse_config(toml, "r.toml"); });
}

class ConfigFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = temporary_folder() / "config_files";
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "bases");
  }
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::string load_error(const fs::path& file) {
    return error_text([&] { load_config(file, {}); });
  }

  fs::path folder_;
};

TEST(Config, UnknownKeyNamesFileLineAndTheNearestKey) {
  EXPECT_EQ(parse_error("seed = 1\n[sampling]\nbatsh = 81\n"),
            "r.toml:3: unknown key sampling.batsh; did you mean sampling.batch?");
  EXPECT_EQ(parse_error("\nrate = 0.1\n"), "r.toml:2: unknown key rate; did you mean optim.rate?");
  EXPECT_EQ(parse_error("[optim]\nmargin_start = 3\n"),
            "r.toml:2: unknown key optim.margin_start; did you mean loss.margin_start?");
  EXPECT_EQ(parse_error("[data]\nsomething_else = 3\n"),
            "r.toml:2: unknown key data.something_else; docs/configuration.md lists all keys");
  EXPECT_EQ(set_error("network.widht=1"),
            "--set network.widht=1: unknown key network.widht; did you mean network.width?");
}

TEST(Config, UnknownSectionIsAnErrorEvenWhenEmpty) {
  EXPECT_EQ(parse_error("[sampilng]\n"), "r.toml:1: unknown section sampilng; did you mean sampling?");
  EXPECT_EQ(parse_error("[zzzzzzzzzzz]\nseed = 1\n"),
            "r.toml:1: unknown section zzzzzzzzzzz; docs/configuration.md lists all keys");
}

TEST(Config, WrongTypeNamesFileLineWhatIsExpectedAndWhatCame) {
  EXPECT_EQ(parse_error("[sampling]\n\nbatch = \"many\"\n"),
            "r.toml:3: sampling.batch must be an integer in 1..1000000, got 'many' (a string)");
  EXPECT_EQ(parse_error("[network]\ninput = 64.0\n"),
            "r.toml:2: network.input must be an integer in 1..65535, got 64.0 (a floating-point number)");
  EXPECT_EQ(parse_error("[init]\ncentre = 1\n"),
            "r.toml:2: init.centre must be true or false, got 1 (an integer)");
  EXPECT_EQ(parse_error("[network]\npadding = \"full\"\n"),
            "r.toml:2: network.padding must be \"same\" or \"valid\", got 'full' (a string)");
  EXPECT_EQ(parse_error("[network]\nblocks = [1, 2.5]\n"),
            "r.toml:2: network.blocks must be an array of integers in 1..1000, got [ 1, 2.5 ] (an array)");
  EXPECT_EQ(parse_error("[optim]\nrate = true\n"),
            "r.toml:2: optim.rate must be a number >= 0, got true (a boolean)");
  EXPECT_EQ(
      parse_error("[data]\nbase_identities = \"4000\"\n"),
      "r.toml:2: data.base_identities must be an integer >= 1, \"auto\" or \"all\", got '4000' (a string)");
  EXPECT_EQ(parse_error("seed = 1979-05-27\n"),
            "r.toml:1: seed must be an integer >= 0, got 1979-05-27 (a date or time)");
  EXPECT_EQ(parse_error("seed = {a = 1}\n"),
            "r.toml:1: seed must be an integer >= 0, got { a = 1 } (a table)");
  EXPECT_EQ(parse_error("network = 3\n"),
            "r.toml:1: network is a section and must be a table, got 3 (an integer)");
  EXPECT_EQ(set_error("steps=lots"),
            "--set steps=lots: steps must be an integer in 1..1000000000, got 'lots' (a string)");
  EXPECT_EQ(
      set_error("guard.collapse="),
      "--set guard.collapse=: guard.collapse must be \"stop\", \"warn\" or \"restart\", got '' (a string)");
}

TEST(Config, ValuesOutOfRangeAreErrors) {
  EXPECT_EQ(set_error("steps=0"),
            "--set steps=0: steps must be an integer in 1..1000000000, got 0 (an integer)");
  EXPECT_EQ(
      set_error("augment.grey=1.5"),
      "--set augment.grey=1.5: augment.grey must be a number in 0..1, got 1.5 (a floating-point number)");
  for (const char* bad :
       {"optim.rate=-1", "optim.rate=inf", "optim.rate=nan", "optim.momentum=1", "loss.margin=-0.1",
        "loss.l2_alpha=0", "seed=-1", "seed=9223372036854775808", "network.width=-1", "network.input=65536",
        "network.branches=[3,2,0]", "data.max_broken=2", "sampling.random_classes=0",
        "data.base_identities=0", "sampling.update_rule=mean", "optim.clip_norm=-1"}) {
    EXPECT_NE(set_error(bad).find(" must be "), std::string::npos) << bad << ": " << set_error(bad);
  }
}

TEST(Config, BrokenTomlNamesFileAndLine) {
  EXPECT_EQ(parse_error("seed = 1\nsteps = = 2\n").substr(0, 9), "r.toml:2:");
  EXPECT_EQ(parse_error("seed = 1\nseed = 2\n").substr(0, 9), "r.toml:2:");  // twice the same key
  EXPECT_EQ(set_error("network.blocks=[1,2").substr(0, 27), "--set network.blocks=[1,2: ");
  EXPECT_EQ(set_error("seed"), "--set seed: must be section.key=value");
  EXPECT_EQ(set_error("=3"), "--set =3: must be section.key=value");
}

TEST(Config, LongNamesAreCutInMessages) {
  const std::string key(60'000, 'k');
  for (const std::string& text : {key + " = 1\n", "[" + key + "]\n", key + " = 1\n" + key + " = 2\n"}) {
    EXPECT_LT(parse_error(text).size(), 500u);
    EXPECT_TRUE(contains(parse_error(text), "kkk...")) << parse_error(text);
  }
  EXPECT_LT(set_error(key + "=1").size(), 500u);
  EXPECT_LT(set_error("seed=" + key).size(), 500u);
}

TEST(Config, WhatIsNotUtf8IsRefused) {
  EXPECT_TRUE(contains(parse_error("seed = 1\n# \xFF\n"), "r.toml:2: byte 0xff is not UTF-8"));
  EXPECT_TRUE(contains(set_error("guard.collapse=\xFF"), "byte 0xff is not UTF-8"));
}

TEST(Config, ASettingSetsOneKeyOnly) {
  EXPECT_NE(set_error("seed=1\nsteps=3").find("seed must be an integer >= 0, got"), std::string::npos);
}

TEST_F(ConfigFiles, LayersAreDefaultsBaseRecipeSettings) {
  write("bases/deep.toml", "seed = 1\nsteps = 10\n[optim]\nrate = 0.5\nmomentum = 0.5\n");
  write("bases/middle.toml", "base = \"deep.toml\"\nsteps = 20\n[optim]\nrate = 0.25\n");
  const fs::path top = write("top.toml", "base = \"bases/middle.toml\"\n[optim]\nrate = 0.125\n");
  const Config c = load_config(top, {"optim.warmup=7"});
  EXPECT_EQ(c.seed, 1u);
  EXPECT_EQ(c.steps, 20);
  EXPECT_EQ(c.optim.rate, 0.125);
  EXPECT_EQ(c.optim.momentum, 0.5);
  EXPECT_EQ(c.optim.warmup, 7);
  EXPECT_EQ(c.optim.decay, 5e-4);
}

TEST_F(ConfigFiles, SeveralBasesAreLayersInTheirOrder) {
  write("bases/root.toml", "seed = 1\nsteps = 10\n[optim]\nrate = 0.5\nmomentum = 0.5\n");
  write("bases/first.toml", "base = \"root.toml\"\nsteps = 20\n[optim]\nrate = 0.25\n");
  write("bases/second.toml", "[optim]\nrate = 0.125\nwarmup = 3\n");
  const fs::path top =
      write("top.toml", "base = [\"bases/first.toml\", \"bases/second.toml\"]\n[optim]\nwarmup = 4\n");
  const Config c = load_config(top, {});
  EXPECT_EQ(c.seed, 1u);
  EXPECT_EQ(c.steps, 20);
  EXPECT_EQ(c.optim.rate, 0.125);
  EXPECT_EQ(c.optim.momentum, 0.5);
  EXPECT_EQ(c.optim.warmup, 4);
  // One file may be the base of two others.
  const fs::path twice = write("twice.toml", "base = [\"bases/first.toml\", \"bases/root.toml\"]\n");
  EXPECT_EQ(load_config(twice, {}).steps, 10);
}

TEST_F(ConfigFiles, BaseErrorsNameTheFileThatAsksForIt) {
  const fs::path a = write("a.toml", "base = \"b.toml\"\n");
  write("b.toml", "\nbase = \"bases/../a.toml\"\n");
  EXPECT_EQ(load_error(a), (folder_ / "b.toml").string() + ":2: base leads back to " +
                               (folder_ / "bases/../a.toml").string() + ", which is being read already");
  const fs::path self = write("self.toml", "base = \"self.toml\"");
  EXPECT_NE(load_error(self).find("self.toml:1: base leads back to "), std::string::npos);
  const fs::path gone = write("gone.toml", "base = \"missing.toml\"");
  EXPECT_EQ(load_error(gone),
            gone.string() + ":1: base " + (folder_ / "missing.toml").string() + " does not exist");
  const fs::path number = write("number.toml", "base = 3");
  EXPECT_EQ(load_error(number),
            number.string() +
                ":1: base must be the name of a recipe file or an array of names, got 3 (an integer)");
  // The system refuses to look for such a name.
  const std::string long_name(300, 'n');
  const fs::path long_base = write("long_base.toml", "base = \"" + long_name + "\"");
  EXPECT_EQ(load_error(long_base), (folder_ / long_name).string() + ": File name too long");
  EXPECT_EQ(load_error(folder_ / long_name), (folder_ / long_name).string() + ": File name too long");
  for (const char* bad : {"[]", "[\"b.toml\", 3]"}) {
    const fs::path array = write("array.toml", std::string("base = ") + bad);
    EXPECT_NE(load_error(array).find("array.toml:1: base must be the name of a recipe file or an array"),
              std::string::npos)
        << bad;
  }
  write("bases/bad.toml", "seed = 0\nstep = 3\n");
  const fs::path user = write("user.toml", "base = \"bases/bad.toml\"\n");
  EXPECT_EQ(load_error(user),
            (folder_ / "bases/bad.toml").string() + ":2: unknown key step; did you mean steps?");
}

TEST_F(ConfigFiles, ChainsAndTreesOfBasesHaveALimit) {
  write("c32.toml", "seed = 7\n");
  for (int i = 31; i >= 0; --i)
    write(fmt::format("c{}.toml", i), fmt::format("base = \"c{}.toml\"\n", i + 1));
  EXPECT_EQ(load_config(folder_ / "c1.toml", {}).seed, 7u);  // 32 files
  EXPECT_EQ(load_error(folder_ / "c0.toml"), "[config] recipes may build on each other 32 deep, " +
                                                 (folder_ / "c32.toml").string() + " is one more");
  // Each file twice the base of the one above: 2^20 reads in all.
  write("t20.toml", "seed = 7\n");
  for (int i = 19; i >= 0; --i)
    write(fmt::format("t{}.toml", i), fmt::format("base = [\"t{0}.toml\", \"t{0}.toml\"]\n", i + 1));
  EXPECT_TRUE(contains(load_error(folder_ / "t0.toml"), "a recipe may read 256 files in all"));
}

TEST_F(ConfigFiles, ARecipeIsASmallRegularFile) {
  const fs::path large = write("large.toml", "seed = 1\n");
  fs::resize_file(large, (1 << 20) + 1);
  EXPECT_EQ(load_error(large),
            large.string() + ": 1048577 bytes is more than the limit of 1048576 for a recipe");
  const fs::path pipe = folder_ / "pipe.toml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(load_error(pipe), pipe.string() + ": not a regular file");
  EXPECT_EQ(load_error("/dev/zero"), "/dev/zero: not a regular file");
}

TEST_F(ConfigFiles, UnreadableRecipesAreIoErrors) {
  EXPECT_THROW(load_config(folder_ / "none.toml", {}), IoError);
  EXPECT_EQ(load_error(folder_ / "none.toml"),
            (folder_ / "none.toml").string() + ": No such file or directory");
  EXPECT_EQ(load_error(folder_), folder_.string() + ": is a folder, not a recipe");
  EXPECT_EQ(differences(load_config(write("empty.toml", ""), {}), Config()), std::vector<std::string>{});
}

}  // namespace
}  // namespace dg
