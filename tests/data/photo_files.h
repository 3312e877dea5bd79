// Small photos and folders for the tests of data/.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include "data/image.h"
#include "data/jpeg.h"
#include "data/photo_set.h"
#include "interop/whole_file.h"
#include "temporary.h"

namespace dg {

/// A smooth photo (JPEG keeps it nearly exactly) with a different colour per corner; `tint` tells photos
/// apart.
inline Image gradient(int width, int height, int tint = 0) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = image.pixel(x, y);
      p[0] = static_cast<std::uint8_t>(40 + 150 * x / width);
      p[1] = static_cast<std::uint8_t>(40 + 150 * y / height);
      p[2] = static_cast<std::uint8_t>(tint);
    }
  }
  return image;
}

inline int largest_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  int largest = 0;
  for (std::size_t i = 0; i < std::min(a.rgb.size(), b.rgb.size()); ++i) {
    largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
  }
  return largest;
}

/// A fresh folder named after the running test.
inline std::filesystem::path fresh_folder() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const auto folder =
      temporary_folder() / "data" / (std::string(info->test_suite_name()) + "_" + info->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

inline void write_photo(const std::filesystem::path& path, int tint = 0) {
  std::filesystem::create_directories(path.parent_path());
  write_jpeg(path, gradient(16, 16, tint), 95);
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  write_file_text(path, text);
}

/// A file for what looks at names alone: one that is called a photo begins as a JPEG, and holds no more.
inline void touch(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool photo = ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".webp";
  write_text(path, photo ? "\xFF\xD8\xFF" : "x");
}

inline void break_photo(const PhotoSet& set, PhotoId photo) { write_text(set.name(photo), "no picture"); }

}  // namespace dg
