#include "data/photo_file.h"

#include <gtest/gtest.h>

#include "data/class_folder.h"
#include "data/photo_store.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"
#include "tests/data/png_files.h"
#include "tests/data/webp_files.h"

namespace dg {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes png_of(const Image& image) {
  PngPicture picture{image.width, image.height, PNG_COLOR_TYPE_RGB, 8, false, {}, {}, {}, {}};
  picture.samples.assign(image.rgb.begin(), image.rgb.end());
  return encode_png(picture);
}

Bytes webp_of_image(const Image& image) {
  Bytes rgba;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    rgba.push_back(image.rgb[i]);
    if (i % 3 == 2) rgba.push_back(255);
  }
  return encode_webp(rgba, image.width, image.height, true);
}

Bytes from_text(std::string_view text) { return {text.begin(), text.end()}; }

std::string why_no_photo(const Bytes& bytes) {
  return error_text<IoError>([&] { decode_photo(bytes, "bob/1.jpg"); });
}

TEST(PhotoFile, TheTypeIsToldByTheFirstBytesAlone) {
  const Image image = gradient(20, 14, 90);
  for (const auto& [bytes, type, needed] : {std::tuple{encode_jpeg(image, 90), PhotoType::jpeg, 3},
                                            {png_of(image), PhotoType::png, 8},
                                            {webp_of_image(image), PhotoType::webp, 12}}) {
    ASSERT_LE(needed, static_cast<int>(photo_type_bytes));
    for (int size = 0; size <= static_cast<int>(photo_type_bytes); ++size) {
      const auto told = photo_type(std::span(bytes).first(size));
      EXPECT_EQ(told, size >= needed ? std::optional(type) : std::nullopt) << size;
    }
    for (int i = 0; i < needed; ++i) {
      if (type == PhotoType::webp && i >= 4 && i < 8) continue;  // the length of the file
      Bytes changed = bytes;
      changed[i] ^= 1;
      EXPECT_EQ(photo_type(changed), std::nullopt) << i;
    }
  }
}

TEST(PhotoFile, EveryTypeIsDecodedUnderAnyName) {
  const Image image = gradient(20, 14, 90);
  for (const char* name : {"1.jpg", "1.png", "1"}) {
    EXPECT_LE(largest_difference(decode_photo(encode_jpeg(image, 97), name), image), 5);
    EXPECT_EQ(decode_photo(png_of(image), name).rgb, image.rgb);
    EXPECT_EQ(decode_photo(webp_of_image(image), name).rgb, image.rgb);
  }
}

TEST(PhotoFile, LimitsHoldForEveryType) {
  const Image image = gradient(20, 14, 90);
  const std::atomic<bool> stop = true;
  for (const Bytes& bytes : {encode_jpeg(image, 97), png_of(image), webp_of_image(image)}) {
    EXPECT_TRUE(contains(error_text<IoError>([&] { decode_photo(bytes, "x", {.max_side = 19}); }),
                         ": 20 x 14 pixels is more than the limit of 19 pixels a side"));
    EXPECT_TRUE(contains(error_text<IoError>([&] { decode_photo(bytes, "x", {.max_pixels = 279}); }),
                         ": 20 x 14 pixels is more than the limit"));
    EXPECT_EQ(decode_photo(bytes, "x", {.max_side = 20, .max_pixels = 280}).width, 20);
    EXPECT_THROW(decode_photo(bytes, "x", {.stop = &stop}), Stopped);
  }
}

TEST(PhotoFile, WhatIsNoPhotoIsNamed) {
  using namespace std::string_view_literals;
  EXPECT_EQ(why_no_photo({}), "[decode_photo] bob/1.jpg: the file is empty");
  EXPECT_EQ(why_no_photo(from_text("GIF89a...")),
            "[decode_photo] bob/1.jpg: JPEG, PNG and WebP are read, this is a GIF");
  EXPECT_EQ(why_no_photo(from_text("x\n")),
            "[decode_photo] bob/1.jpg: JPEG, PNG and WebP are read, this begins with 0x78 0x0a");
  for (const auto& [bytes, what] : {
           std::pair{"BM\x36\0\0\0"sv, "is a BMP"},
           {"II*\0\x08\0\0\0"sv, "is a TIFF"},
           {"MM\0*\0\0\0\x08"sv, "is a TIFF"},
           {"\0\0\0\x1C"
            "ftypavif\0\0\0\0"sv,
            "is an AVIF"},
           {"\0\0\0\x1C"
            "ftypheic\0\0\0\0"sv,
            "is a HEIC"},
           {"\0\0\0\x1C"
            "ftypmif1\0\0\0\0"sv,
            "is a HEIC or AVIF"},
           {"\0\0\0\x1C"
            "ftypisom\0\0\0\0"sv,
            "is a video"},
           {"\0\0\0\x0CJXL \r\n\x87\n"sv, "is a JPEG XL"},
           {"\0\0\0\x0CjP  \r\n\x87\n"sv, "is a JPEG 2000"},
           {"%PDF-1.4"sv, "is a PDF"},
           {"PK\3\4"sv, "is a ZIP archive"},
           {"version https://git-lfs.github.com/spec/v1\n"sv, "is the pointer of Git LFS"},
           {"<!DOCTYPE html>"sv, "is an HTML page"},
           {"\xEF\xBB\xBF\r\n <HTML>"sv, "is an HTML page"},
           {"<svg xmlns"sv, "is an SVG"},
           {"\0\0\0\0\0"sv, "is zeros from end to end"},
           {"RIFF\4\0\0\0WAVE"sv, "begins with 0x52 0x49 0x46 0x46"},
           {"   "sv, "begins with 0x20 0x20 0x20"},
       }) {
    EXPECT_TRUE(contains(why_no_photo(from_text(bytes)), std::string("WebP are read, this ") + what));
  }
}

TEST(PhotoFile, FoldersMayHoldEveryTypeUnderAnyName) {
  const std::filesystem::path data = fresh_folder();
  const Image image = gradient(16, 16, 90);
  write_photo(data / "a/0.jpg");
  write_file_bytes(data / "a/1.png", png_of(image));
  write_file_bytes(data / "a/2.webp", webp_of_image(image));
  write_file_bytes(data / "a/3.jpg", png_of(image));
  write_file_bytes(data / "a/4.png", webp_of_image(image));
  const PhotoSet set = scan_class_folder(data);
  PhotoStore store(set, replacement_lists(set), {.size = 16});
  for (const PhotoId photo : {1, 2, 3, 4}) {
    Bytes pixels(store.image_bytes());
    EXPECT_EQ(store.load(photo, pixels.data()), photo);
    EXPECT_EQ(pixels, image.rgb);
  }
}

}  // namespace
}  // namespace dg
