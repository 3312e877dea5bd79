#include "data/families.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

TEST(FamilyTable, WhatIsWrittenIsReadInAnyOrder) {
  const fs::path path = fresh_folder() / "families.csv";
  const std::vector<std::string> written{"bob", "ann", "cy"};
  EXPECT_EQ(error_text([&] {
              write_families(path, written, std::vector<int>{1, 2});
            }),
            "[write_families] there must be a family for each of 3 identities, got 2");
  write_families(path, written, std::vector<int>{3, 0, 3});
  EXPECT_EQ(read_file_text(path), "identity,family\nbob,3\nann,0\ncy,3\n");
  EXPECT_EQ(read_families(path, std::vector<std::string>{"cy", "ann"}), (std::vector<int>{3, 0}));
}

TEST(FamilyTable, BadLinesAreNamed) {
  const fs::path path = fresh_folder() / "families.csv";
  const std::vector<std::string> ann{"ann"};
  const auto why = [&](const std::string& text) {
    write_text(path, text);
    return error_text<IoError>([&] { read_families(path, ann); });
  };
  const std::string where = "[read_families] " + path.string();
  EXPECT_EQ(why("name,family\nann,1\n"), where + ":1: the header must be `identity,family`");
  EXPECT_EQ(why("identity,family\nann 1\n"), where + ":2: a line must be `identity,family`");
  EXPECT_EQ(why("identity,family\nbob,0\nann,1x\n"),
            where + ":3: family must be a number from 0 on, got `1x`");
  EXPECT_EQ(why("identity,family\nann,-1\n"), where + ":2: family must be a number from 0 on, got `-1`");
  EXPECT_EQ(why("identity,family\nann,1\nann,1\n"), where + ":3: identity ann is repeated");
  EXPECT_EQ(why("identity,family\nbob,1\n"), where + ": no family for identity ann");
  write_text(path, "identity,family\r\nbob,3\r\nann,12");
  EXPECT_EQ(read_families(path, std::vector<std::string>{"ann", "bob"}), (std::vector<int>{12, 3}));
}

}  // namespace
}  // namespace dg
