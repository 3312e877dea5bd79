// A folder as people have it: 40 generated people with everything in it that is odd, each thing once.
#pragma once
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

/// A picture of its own for each number.
inline Image stripes(int width, int height, int number) {
  Image image(width, height);
  Rng rng(77, static_cast<std::uint64_t>(number));
  const double a = rng.uniform(5, 25), b = rng.uniform(5, 25), c = rng.uniform(-9, 9);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
      for (int channel = 0; channel < 3; ++channel)
        image.pixel(x, y)[channel] = static_cast<std::uint8_t>(
            127 + 60 * std::sin(a * u + c * v * v + channel) + 60 * std::cos(b * v - c * u * u));
    }
  }
  return image;
}

/// 40 people called 00000 to 00039 with 4 photos each, 001.jpg to 004.jpg of 32 x 32 pixels, and then:
///   00001   two photos in monday/                  00002   a single photo
///   00003   a PNG and a WebP in place of JPEG      00004   003.jpg is 001.jpg
///   00005   001.png is the picture of 00006/001    00007   a wide photo and a large one
///   00008   a photo of 10 x 12 pixels              00009   a photo cut short
///   00010   a link that leads nowhere called 001.jpg, and one called notes
///   00011   Thumbs.db                              00012   an empty folder
///   00013   a GIF                                  00014   a text
///   00015   a link to the folder itself            00016   a photo without an ending
///   00017   a folder nine levels below
/// and beside them __MACOSX, an empty folder, a folder without permission, a link that leads nowhere, a
/// photo, a name with a line break, and Anna, anna, Zoe with one code point and with two.
inline fs::path messy_folder(const std::string& name) {
  const fs::path data = fresh_folder(name);
  int number = 0;
  const auto person = [&](const std::string& folder, int photos = 4) {
    fs::create_directories(data / folder);
    for (int p = 1; p <= photos; ++p)
      write_jpeg(data / folder / fmt::format("{:03}.jpg", p), stripes(32, 32, ++number), 95);
  };
  for (int i = 0; i < 40; ++i) person(fmt::format("{:05}", i));
  const auto at = [&](int i) { return data / fmt::format("{:05}", i); };
  fs::create_directories(at(1) / "monday");
  for (const char* photo : {"003.jpg", "004.jpg"}) fs::rename(at(1) / photo, at(1) / "monday" / photo);
  for (const char* photo : {"002.jpg", "003.jpg", "004.jpg"}) fs::remove(at(2) / photo);
  for (const char* photo : {"001.jpg", "002.jpg"}) fs::remove(at(3) / photo);
  write_all_bytes(at(3) / "001.png", as_png(stripes(32, 32, 1001)));
  write_all_bytes(at(3) / "002.webp", as_webp(stripes(32, 32, 1002)));
  fs::copy_file(at(4) / "001.jpg", at(4) / "003.jpg", fs::copy_options::overwrite_existing);
  write_all_bytes(at(5) / "001.png", as_png(read_jpeg(at(6) / "001.jpg")));
  write_jpeg(at(7) / "wide.jpg", stripes(61, 40, 1003), 95);
  write_jpeg(at(7) / "large.jpg", stripes(1001, 900, 1004), 95);
  write_jpeg(at(8) / "tiny.jpg", stripes(10, 12, 1005), 95);
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
  write_jpeg(at(17) / "1/2/3/4/5/6/7/8/9/1.jpg", stripes(32, 32, 1006), 95);
  write_jpeg(at(17) / "1/2/3/4/5/6/7/8/1.jpg", stripes(32, 32, 1007), 95);
  fs::create_directories(data / "__MACOSX" / "00001");
  write_jpeg(data / "__MACOSX" / "00001" / "._1.jpg", stripes(32, 32, 1008), 95);
  fs::create_directories(data / "Nobody");
  person("Hidden from us", 1);
  fs::permissions(data / "Hidden from us", fs::perms::none);
  fs::create_directory_symlink("/nowhere/00040", data / "00040");
  write_jpeg(data / "group.jpg", stripes(32, 32, 1009), 95);
  person("line\nbreak");
  for (const char* same : {"Anna", "anna", "Zo\u00EB", "Zoe\u0308"}) person(same);
  return data;
}

/// Lets the folder be removed again.
inline void make_readable(const fs::path& messy) {
  fs::permissions(messy / "Hidden from us", fs::perms::owner_all);
}

}  // namespace dg
