// The files of a small one-shot set: what is in the folders of a class folder, written as TSV.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "data/class_folder.h"
#include "data/faces/generated_faces.h"
#include "data/split.h"
#include "interop/whole_file.h"

namespace dg {

inline std::string to_base64(std::span<const std::uint8_t> bytes) {
  constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= n ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// Twelve identities of generated faces, 24 pixels, `photos` each, as a class folder.
inline std::filesystem::path twelve_faces(const std::filesystem::path& folder, int photos = 4) {
  faces::write_folder(folder,
                      faces::GeneratedFaces({.identities = 12, .photos = photos, .size = 24, .seed = 3}));
  return folder;
}

/// FOLDER/{base,novel,development,test}.tsv and dataset.toml: the first nine identities are base, their last
/// photo and the novel identities' second to last are both development and test photos. The rows of an
/// identity are in the order of its photos, the identities mixed.
struct CelebFiles {
  explicit CelebFiles(const std::filesystem::path& class_folder, const std::filesystem::path& out)
      : folder(out),
        set(scan_class_folder(class_folder)),
        split(split_photos(
            set, {.base = SplitOptions::Base::first, .first_identities = 9, .base_test_photos = 1}, Rng(0))) {
    std::filesystem::create_directories(out);
    write("base", mixed(split.base_train), false);
    write("novel", split.novel_enrol, false);
    std::vector<std::vector<PhotoId>> tests = split.novel_test;
    tests.insert(tests.begin() + 1, split.base_test.begin(), split.base_test.end());
    held_out = mixed(tests);
    write("development", held_out, true);
    write("test", held_out, true);
    std::ofstream(toml()) << "base_train = \"base.tsv\"\nnovel_train = \"novel.tsv\"\n"
                             "development = \"development.tsv\"\ntest = \"test.tsv\"\n";
  }

  std::filesystem::path toml() const { return folder / "dataset.toml"; }
  std::filesystem::path tsv(const std::string& role) const { return folder / (role + ".tsv"); }
  /// The lines of a file, without their endings.
  std::vector<std::string> lines(const std::string& role) const {
    std::vector<std::string> all;
    std::ifstream in(tsv(role), std::ios::binary);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void rewrite(const std::string& role, const std::vector<std::string>& rows) const {
    std::ofstream out(tsv(role), std::ios::binary);
    for (const std::string& row : rows) out << row << '\n';
  }
  std::string row(PhotoId photo, bool held_out_row) const {
    const ClassId c = set.photos[photo].class_id;
    const std::string jpeg = to_base64(set.source->bytes(photo, 1 << 20)), mid = set.classes[c];
    if (!held_out_row) return fmt::format("{}\t{}\t{}\t1\thttp://p/{}.jpg", photo, jpeg, mid, photo);
    const bool base = split.training_class[c] >= 0;
    return fmt::format("{}\t{}\t{}\t{}\thttp://p/{}.jpg", base ? "BaseSet" : "NovelSet", photo, jpeg, mid,
                       photo);
  }

  const std::filesystem::path folder;
  const PhotoSet set;  // the class folder's
  const Split split;
  std::vector<PhotoId> held_out;  // its photo ids in the order of the development file's lines

 private:
  // First photos of all, second photos of all, ...
  static std::vector<PhotoId> mixed(const std::vector<std::vector<PhotoId>>& lists) {
    std::vector<PhotoId> all;
    for (std::size_t k = 0, before = 1; all.size() != before; ++k) {
      before = all.size();
      for (const auto& list : lists) {
        if (k < list.size()) all.push_back(list[k]);
      }
    }
    return all;
  }
  void write(const std::string& role, const std::vector<PhotoId>& photos, bool held_out_rows) const {
    std::vector<std::string> rows;
    for (const PhotoId p : photos) rows.push_back(row(p, held_out_rows));
    rewrite(role, rows);
  }
};

}  // namespace dg
