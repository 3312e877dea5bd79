// A folder as people have it: 40 generated people with everything in it that is odd, each thing once.
#pragma once
#include <algorithm>
#include <cmath>

#include "data/jpeg.h"
#include "tests/apps/program.h"
#include "tests/data/png_files.h"
#include "tests/data/webp_files.h"

namespace dg {

inline void write_all_bytes(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

inline PngBytes as_png(const Image& image) {
  return encode_png(
      {.width = image.width, .height = image.height, .samples = {image.rgb.begin(), image.rgb.end()}});
}

inline WebpBytes as_webp(const Image& image) {
  WebpBytes rgba;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    rgba.push_back(image.rgb[i]);
    if (i % 3 == 2) rgba.push_back(255);
  }
  return encode_webp(rgba, image.width, image.height, true);
}

/// A picture of its own for each number: grey values at 7 x 7 points, and straight lines between them.
inline Image picture_of(int number, int width = 32, int height = 32) {
  constexpr int cells = 6;
  double values[cells + 1][cells + 1];
  Rng rng(77, static_cast<std::uint64_t>(number));
  for (auto& row : values) {
    for (double& value : row) value = rng.uniform(20, 235);
  }
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = cells * (x + 0.5) / width, v = cells * (y + 0.5) / height;
      const int i = static_cast<int>(v), j = static_cast<int>(u);
      const double above = std::lerp(values[i][j], values[i][j + 1], u - j),
                   below = std::lerp(values[i + 1][j], values[i + 1][j + 1], u - j);
      std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(std::lerp(above, below, v - i)));
    }
  }
  return image;
}

/// 40 people called 00000 to 00039 with 4 photos each, 001.jpg to 004.jpg of 32 x 32 pixels, and then:
///   00001   two photos in monday/                  00002   a single photo
///   00003   a PNG and a WebP in place of JPEG      00004   003.jpg is 001.jpg
///   00005   001.png is the picture of 00006/001    00007   a wide photo and a large one
///   00008   a photo of 20 x 28 pixels              00009   a photo cut short
///   00010   a link that leads nowhere called 001.jpg, and one called notes
///   00011   Thumbs.db                              00012   an empty folder
///   00013   a GIF                                  00014   a text
///   00015   a link to the folder itself            00016   a photo without an ending
///   00017   a folder nine levels below             00018   two photos
/// and beside them __MACOSX, an empty folder, a folder without permission, a link that leads nowhere, a
/// photo, a name with a line break, and Anna, anna, Zoe with one code point and with two.
inline fs::path messy_folder(const std::string& name) {
  const fs::path data = fresh_folder(name);
  int number = 0;
  const auto person = [&](const std::string& folder, int photos = 4) {
    fs::create_directories(data / folder);
    for (int p = 1; p <= photos; ++p)
      write_jpeg(data / folder / fmt::format("{:03}.jpg", p), picture_of(++number), 95);
  };
  for (int i = 0; i < 40; ++i) person(fmt::format("{:05}", i));
  const auto at = [&](int i) { return data / fmt::format("{:05}", i); };
  fs::create_directories(at(1) / "monday");
  for (const char* photo : {"003.jpg", "004.jpg"}) fs::rename(at(1) / photo, at(1) / "monday" / photo);
  for (const char* photo : {"002.jpg", "003.jpg", "004.jpg"}) fs::remove(at(2) / photo);
  for (const char* photo : {"001.jpg", "002.jpg"}) fs::remove(at(3) / photo);
  write_all_bytes(at(3) / "001.png", as_png(picture_of(1001)));
  write_all_bytes(at(3) / "002.webp", as_webp(picture_of(1002)));
  fs::copy_file(at(4) / "001.jpg", at(4) / "003.jpg", fs::copy_options::overwrite_existing);
  write_all_bytes(at(5) / "001.png", as_png(read_jpeg(at(6) / "001.jpg")));
  write_jpeg(at(7) / "wide.jpg", picture_of(1003, 61, 40), 95);
  write_jpeg(at(7) / "large.jpg", picture_of(1004, 1001, 900), 95);
  write_jpeg(at(8) / "tiny.jpg", picture_of(1005, 20, 28), 95);
  fs::resize_file(at(9) / "001.jpg", fs::file_size(at(9) / "001.jpg") / 2);
  fs::remove(at(10) / "001.jpg");
  for (const char* link : {"001.jpg", "notes"}) fs::create_symlink("nowhere", at(10) / link);
  write_all_bytes(at(11) / "Thumbs.db", {1});
  fs::create_directories(at(12) / "nothing");
  write_all_bytes(at(13) / "moving.gif", {'G', 'I', 'F', '8'});
  write_all_bytes(at(14) / "notes.txt", {'x'});
  fs::create_directory_symlink(".", at(15) / "self");
  fs::rename(at(16) / "004.jpg", at(16) / "004");
  fs::create_directories(at(17) / "1/2/3/4/5/6/7/8/9");
  write_jpeg(at(17) / "1/2/3/4/5/6/7/8/9/1.jpg", picture_of(1006), 95);
  write_jpeg(at(17) / "1/2/3/4/5/6/7/8/1.jpg", picture_of(1007), 95);
  for (const char* photo : {"003.jpg", "004.jpg"}) fs::remove(at(18) / photo);
  fs::create_directories(data / "__MACOSX" / "00001");
  write_jpeg(data / "__MACOSX" / "00001" / "._1.jpg", picture_of(1008), 95);
  fs::create_directories(data / "Nobody");
  person("Hidden from us", 1);
  fs::permissions(data / "Hidden from us", fs::perms::none);
  fs::create_directory_symlink("/nowhere/00040", data / "00040");
  write_jpeg(data / "group.jpg", picture_of(1009), 95);
  person("line\nbreak");
  for (const char* same : {"Anna", "anna", "Zo\u00EB", "Zoe\u0308"}) person(same);
  return data;
}

/// Lets the folder be removed again.
inline void make_readable(const fs::path& messy) {
  fs::permissions(messy / "Hidden from us", fs::perms::owner_all);
}

}  // namespace dg
