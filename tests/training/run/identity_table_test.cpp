#include "training/run/identity_table.h"

#include <gtest/gtest.h>

#include <fstream>

#include "data/class_folder.h"
#include "error_text.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// A folder of identities with photos of these sizes in bytes, behind those that make a JPEG; nothing decodes
// them.
using Folder = std::map<std::string, std::map<std::string, std::size_t>>;

PhotoSet scanned(const fs::path& data, const Folder& folder) {
  fs::remove_all(data);
  for (const auto& [identity, photos] : folder) {
    fs::create_directories(data / identity);
    for (const auto& [photo, size] : photos)
      std::ofstream(data / identity / photo, std::ios::binary) << "\xFF\xD8\xFF" << std::string(size, 'x');
  }
  return scan_class_folder(data);
}

IdentityTable table_of(const PhotoSet& set, const std::set<std::string>& base) {
  return IdentityTable::of(set,
                           split_photos(set, {.base = SplitOptions::Base::named, .names = base}, Rng(0)));
}

const Folder three{{"a", {{"1.jpg", 10}, {"2.jpg", 20}}}, {"b", {{"1.jpg", 30}}}, {"c", {{"1.jpg", 40}}}};

TEST(IdentityTable, IsReadAsItWasWritten) {
  const fs::path folder = fresh_folder("table");
  Folder people = three;
  people["d\te"] = {{"1.jpg", 50}};
  for (int p = 0; p < 30; ++p) people["c"][fmt::format("{}.jpg", p)] = 1;
  const IdentityTable table = table_of(scanned(folder / "data", people), {"a", "c"});
  std::ofstream(folder / "identities.tsv") << table.text();
  const IdentityTable again = IdentityTable::read(folder / "identities.tsv");
  EXPECT_TRUE(again.has_photos);
  EXPECT_EQ(again.text(), table.text());
  EXPECT_EQ(again.rows[2].photos.photos, 30);
  EXPECT_EQ(again.rows[2].photos.smallest.size(), PhotoHashes::kept);
  EXPECT_EQ(again.rows[3].name, "d\te");
  EXPECT_EQ(again.base_names(), (std::set<std::string>{"a", "c"}));
  EXPECT_EQ(changes(again, table), "");
}

TEST(IdentityTable, OlderTablesHaveNamesAlone) {
  const fs::path folder = fresh_folder("old_table");
  std::ofstream(folder / "identities.tsv") << "a\tbase\nb\tnovel\nc\tbase\n";
  const IdentityTable old = IdentityTable::read(folder / "identities.tsv");
  EXPECT_FALSE(old.has_photos);
  const PhotoSet set = scanned(folder / "data", three);
  EXPECT_EQ(changes(old, table_of(set, {"a", "c"})), "");
  EXPECT_EQ(changes(old, table_of(set, {"a", "b"})),
            "1 identity was novel and is base now: b; 1 identity was base and is novel now: c");
  const KnownIdentities known = known_identities(old, set, KnownBy::photos);
  EXPECT_EQ(known.names, (std::set<std::string>{"a", "c"}));
  EXPECT_NE(known.why.find("no more than names"), std::string::npos) << known.why;
}

TEST(IdentityTable, ABrokenOneIsRefusedByLine) {
  const fs::path file = fresh_folder("broken_table") / "identities.tsv";
  const auto message = [&](const std::string& text) {
    std::ofstream(file, std::ios::trunc) << text;
    const std::string error = error_text<IoError>([&] { IdentityTable::read(file); });
    return error.starts_with(file.string()) ? error.substr(file.string().size()) : error;
  };
  EXPECT_EQ(message(""), ": is empty");
  EXPECT_EQ(message("a\tbase"), ": is cut short: its last line has no end");
  EXPECT_EQ(message("a\tbase\nb\tbas\n"), ":2: must have a name, a tab, and base or novel");
  EXPECT_EQ(message("a\tbase\nb\n"), ":2: must have a name, a tab, and base or novel");
  EXPECT_EQ(message("\tbase\n"), ":1: must have a name, a tab, and base or novel");
  EXPECT_EQ(message("a\tbase\na\tnovel\n"), ":2: a name that an earlier line has");
  EXPECT_EQ(message("a\tnovel\n"), ": names nobody as base: no run has written it");
  const std::string columns = ":1: must have a name, base or novel, a number of photos and their hashes";
  EXPECT_EQ(message("a\n"), columns);
  EXPECT_EQ(message("a\tbase\t1\t0\t\n"), "no error");  // names are ids
  EXPECT_EQ(message("a\tbase\t1\t0\t0g\n"), columns);
  EXPECT_EQ(message("a\tbase\t-1\t0\t0\n"), columns);
  EXPECT_EQ(message("a\tbase\t1\t0\t0,1\n"), columns);
  EXPECT_EQ(message("a\tbase\t1\t0\t0\n"), "no error");
}

TEST(IdentityTable, ChangesAreTold) {
  const fs::path data = fresh_folder("changes") / "data";
  const IdentityTable then = table_of(scanned(data, three), {"a", "b", "c"});
  Folder now = three;
  now["d"] = {{"1.jpg", 1}};
  now.erase("b");
  now["a"]["2.jpg"] = 21;  // replaced
  now["c"]["0.jpg"] = 5;   // added
  EXPECT_EQ(
      changes(then, table_of(scanned(data, now), {"a", "c", "d"})),
      "1 identity is gone: b; 1 identity is new: d; 2 identities have photos of other names or sizes: a, "
      "c (1 then, 2 now)");
  Folder renamed = three;
  renamed["a"] = {{"1.jpg", 10}, {"3.jpg", 20}};
  EXPECT_EQ(changes(then, table_of(scanned(data, renamed), {"a", "b", "c"})),
            "1 identity has photos of other names or sizes: a");
}

TEST(IdentityTable, PeopleAreKnownByAPhotoOfTheirs) {
  const fs::path data = fresh_folder("known") / "data";
  const IdentityTable table = table_of(scanned(data, three), {"a", "b"});
  const auto known = [&](const Folder& folder, KnownBy by) {
    return known_identities(table, scanned(data, folder), by);
  };
  const std::set<std::string> both{"a", "b"}, none;
  EXPECT_EQ(known(three, KnownBy::photos).names, both);
  // More photos of the same people; then fewer: one photo of two may have the same size by chance.
  Folder other = three;
  other["a"]["0.jpg"] = 1;
  EXPECT_EQ(known(other, KnownBy::photos).names, both);
  other["a"].erase("1.jpg");
  EXPECT_EQ(known(other, KnownBy::photos).names, std::set<std::string>{"b"});
  // Other people whose folders and files have the same names.
  const Folder strangers{
      {"a", {{"1.jpg", 11}, {"2.jpg", 12}}}, {"b", {{"1.jpg", 13}}}, {"c", {{"1.jpg", 14}}}};
  const KnownIdentities nobody = known(strangers, KnownBy::photos);
  EXPECT_EQ(nobody.names, none);
  EXPECT_NE(nobody.why.find("0 of 3"), std::string::npos) << nobody.why;
  EXPECT_NE(nobody.why.find("2 more have the names of such identities but not their photos"),
            std::string::npos)
      << nobody.why;
  EXPECT_EQ(known(strangers, KnownBy::names).names, both);
  EXPECT_EQ(known(three, KnownBy::nothing).names, none);
  // Names of a published list are known without photos.
  PhotoSet published = scanned(data, three);
  published.names_are_ids = true;
  const IdentityTable ids = table_of(published, {"a", "b"});
  EXPECT_EQ(known_identities(ids, scanned(data, strangers), KnownBy::photos).names, both);
}

}  // namespace
}  // namespace dg
