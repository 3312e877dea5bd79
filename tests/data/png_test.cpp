#include "data/png.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <cmath>
#include <ostream>

#include "data/exif.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/exif_block.h"
#include "tests/data/photo_files.h"
#include "tests/data/png_files.h"

namespace dg {
namespace {

std::string why_no_png(const PngBytes& bytes, const DecodeLimits& limits = {}) {
  return error_text<IoError>([&] { decode_png(bytes, "DATA/bob/1.png", limits); });
}

struct Kind {
  int colour_type, depth;
  bool transparent;  // by a tRNS chunk
};

std::ostream& operator<<(std::ostream& out, const Kind& kind) {
  return out << "colour type " << kind.colour_type << ", " << kind.depth << " bits"
             << (kind.transparent ? ", tRNS" : "");
}

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const bool transparent : {false, true}) {
    for (const int depth : {1, 2, 4, 8, 16}) {
      all.push_back({PNG_COLOR_TYPE_GRAY, depth, transparent});
      if (depth <= 8) all.push_back({PNG_COLOR_TYPE_PALETTE, depth, transparent});
      if (depth >= 8) all.push_back({PNG_COLOR_TYPE_RGB, depth, transparent});
      if (depth < 8 || transparent) continue;
      all.push_back({PNG_COLOR_TYPE_GRAY_ALPHA, depth, false});
      all.push_back({PNG_COLOR_TYPE_RGB_ALPHA, depth, false});
    }
  }
  return all;
}

// Samples that take all values; where a colour means transparent, every third pixel or so has it.
PngPicture picture_of(const Kind& kind, int width, int height, bool interlaced) {
  PngPicture picture{width, height, kind.colour_type, kind.depth, interlaced, {}, {}, {}, {}};
  std::uint32_t state = 12345;
  const auto draw = [&](int below) {
    state = state * 1664525u + 1013904223u;
    return static_cast<int>((state >> 8) % static_cast<std::uint32_t>(below));
  };
  const int values = 1 << kind.depth;
  if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
    for (int i = 0; i < values; ++i) {
      const auto value = [&] { return static_cast<png_byte>(draw(256)); };
      picture.palette.push_back({value(), value(), value()});
      if (kind.transparent && i <= values / 2) picture.opacities.push_back(value());  // the others are opaque
    }
  } else if (kind.transparent) {
    for (int c = 0; c < picture.channels(); ++c) picture.transparent.push_back(draw(values));
  }
  for (int p = 0; p < width * height; ++p) {
    const bool see_through = !picture.transparent.empty() && draw(3) == 0;
    for (int c = 0; c < picture.channels(); ++c)
      picture.samples.push_back(see_through ? picture.transparent[c] : draw(values));
  }
  return picture;
}

// The pixel by the definitions: samples scaled to 0..255, then put over white, both rounded.
void expected_pixel(const PngPicture& picture, int x, int y, int* rgb) {
  const int* sample = picture.at(x, y);
  const double largest = (1 << picture.depth) - 1;
  const auto scaled = [&](int value) { return std::round(255 * value / largest); };
  double colour[3], alpha = 255;
  if (picture.colour_type == PNG_COLOR_TYPE_PALETTE) {
    const png_color entry = picture.palette[sample[0]];
    colour[0] = entry.red, colour[1] = entry.green, colour[2] = entry.blue;
    if (sample[0] < std::ssize(picture.opacities)) alpha = picture.opacities[sample[0]];
  } else {
    const bool grey = picture.channels() <= 2;
    for (int c = 0; c < 3; ++c) colour[c] = scaled(sample[grey ? 0 : c]);
    if (picture.channels() % 2 == 0) alpha = scaled(sample[picture.channels() - 1]);
    bool is_transparent = !picture.transparent.empty();
    for (int c = 0; c < std::ssize(picture.transparent); ++c)
      is_transparent = is_transparent && sample[c] == picture.transparent[c];
    if (is_transparent) alpha = 0;
  }
  for (int c = 0; c < 3; ++c)
    rgb[c] = static_cast<int>(std::round((colour[c] * alpha + 255 * (255 - alpha)) / 255));
}

void expect_exact(const PngPicture& picture) {
  const Image image = decode_png(encode_png(picture), "memory");
  ASSERT_EQ(image.width, picture.width);
  ASSERT_EQ(image.height, picture.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      int expected[3];
      expected_pixel(picture, x, y, expected);
      for (int c = 0; c < 3; ++c) ASSERT_EQ(image.pixel(x, y)[c], expected[c]) << x << ", " << y << ", " << c;
    }
  }
}

TEST(Png, EveryColourTypeDepthAndInterlacingIsExact) {
  for (const Kind& kind : kinds()) {
    for (const bool interlaced : {false, true}) {
      // Below 5 pixels a side, some of the seven passes of interlacing are empty.
      for (const auto& [w, h] : {std::pair{1, 1}, {2, 3}, {5, 1}, {1, 6}, {4, 4}, {9, 5}, {37, 21}}) {
        SCOPED_TRACE(testing::Message() << kind << (interlaced ? ", interlaced, " : ", ") << w << " x " << h);
        expect_exact(picture_of(kind, w, h, interlaced));
      }
    }
  }
}

TEST(Png, EverySampleOf16BitsIsRounded) {
  PngPicture ramp{256, 256, PNG_COLOR_TYPE_GRAY, 16, false, {}, {}, {}, {}};
  for (int value = 0; value < 65'536; ++value) ramp.samples.push_back(value);
  expect_exact(ramp);
}

TEST(Png, EveryOpacityOfEveryGreyIsExact) {
  PngPicture all{256, 256, PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, {}, {}, {}, {}};
  for (int alpha = 0; alpha < 256; ++alpha) {
    for (int grey = 0; grey < 256; ++grey) all.samples.insert(all.samples.end(), {grey, alpha});
  }
  expect_exact(all);
}

const PngPicture small_picture = picture_of({PNG_COLOR_TYPE_RGB, 8, false}, 24, 10, false);

TEST(Png, GammaProfilesTextsAndAnimationsChangeNothing) {
  const PngBytes file = encode_png(small_picture);
  const Image expected = decode_png(file, "plain");
  // What is compressed in them is never unpacked, so that it need not be good.
  for (const auto& [type, data] : std::vector<std::pair<std::string, PngBytes>>{
           {"gAMA", {0, 1, 0x86, 0xA0}},
           {"sRGB", {0}},
           {"iCCP", {'a', 0, 0, 1, 2, 3}},
           {"zTXt", {'a', 0, 0, 1, 2, 3}},
           {"tEXt", PngBytes(9'000'000, 'x')},  // libpng itself keeps 8 MB at most
           {"acTL", {0, 0, 0, 2, 0, 0, 0, 0}},
           {"xxXx", {1, 2, 3}}}) {
    EXPECT_EQ(decode_png(with_png_chunk(file, "IDAT", type, data), type).rgb, expected.rgb) << type;
  }
}

// Zeros, compressed a million at a time, so that they never take memory.
PngBytes compressed_zeros(int millions) {
  z_stream stream{};
  deflateInit(&stream, Z_BEST_SPEED);
  PngBytes zeros(1'000'000), out(64 * 1024), all;
  for (int i = 0; i <= millions; ++i) {
    stream.next_in = zeros.data();
    stream.avail_in = i < millions ? static_cast<uInt>(zeros.size()) : 0;
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      deflate(&stream, i < millions ? Z_NO_FLUSH : Z_FINISH);
      all.insert(all.end(), out.begin(), out.end() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return all;
}

// The most memory that this process has had, in bytes.
std::int64_t most_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{1024} * usage.ru_maxrss;
}

TEST(Png, ATextThatUnpacksToAHundredTimesItsLengthTakesNoMemory) {
  constexpr int millions = 200;
  PngBytes text = {'a', 0, 0};  // its key and the method of compression
  const PngBytes packed = compressed_zeros(millions);
  text.insert(text.end(), packed.begin(), packed.end());
  ASSERT_LT(text.size(), 2'000'000u);
  const PngBytes file = with_png_chunk(encode_png(small_picture), "IDAT", "zTXt", text);
  const std::int64_t before = most_memory();
  EXPECT_EQ(decode_png(file, "memory").width, 24);
  EXPECT_LT(most_memory() - before, millions * 500'000);
}

TEST(Png, TheOrientationIsAppliedWhereverItStands) {
  const PngBytes file = encode_png(small_picture);
  const Image stored = decode_png(file, "stored");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image expected = upright(stored, orientation);
    for (const char* before : {"IDAT", "IEND"}) {
      for (const bool headed : {false, true}) {
        const PngBytes block = headed ? exif_block(orientation, true) : tiff_block(orientation, false);
        const Image image = decode_png(with_png_chunk(file, before, "eXIf", block), "turned");
        EXPECT_EQ(image.width, expected.width) << orientation;
        EXPECT_EQ(image.rgb, expected.rgb) << orientation;
      }
    }
  }
  EXPECT_EQ(decode_png(with_png_chunk(file, "IDAT", "eXIf", PngBytes{1, 2, 3}), "no EXIF").rgb, stored.rgb);
}

TEST(Png, TruncatedAnywhereIsAnError) {
  for (const bool interlaced : {false, true}) {
    const PngBytes whole = encode_png(picture_of({PNG_COLOR_TYPE_PALETTE, 4, true}, 24, 10, interlaced));
    EXPECT_EQ(why_no_png(whole), "no error");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::string why =
          why_no_png(PngBytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      EXPECT_EQ(why.rfind("[decode_png] DATA/bob/1.png: ", 0), 0u) << size << ": " << why;
      if (size < 8) continue;
      EXPECT_TRUE(contains(why, "the file ends early, in the chunk at byte "));
    }
  }
}

TEST(Png, AnyChangedByteIsSeen) {
  const PngBytes whole =
      with_png_chunk(encode_png(picture_of({PNG_COLOR_TYPE_PALETTE, 4, true}, 24, 10, true)), "IDAT", "eXIf",
                     tiff_block(6, true));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80, 0xFF}) {
      PngBytes bytes = whole;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
      EXPECT_NE(why_no_png(bytes, {.max_side = 256, .max_pixels = 10'000}), "no error")
          << i << ", " << change;
    }
  }
}

// A PNG of 24 x 10 pixels whose header claims another size, its checksum right.
PngBytes claiming(std::uint32_t width, std::uint32_t height) {
  PngBytes file = encode_png(small_picture), size;
  put_big_endian(size, width);
  put_big_endian(size, height);
  std::copy(size.begin(), size.end(), file.begin() + 16);
  mend_png_checksums(file);
  return file;
}

TEST(Png, AHeaderThatClaimsAHugeSizeIsRefused) {
  EXPECT_EQ(
      why_no_png(claiming(65'000, 65'000)),
      "[decode_png] DATA/bob/1.png: 65000 x 65000 pixels is more than the limit of 16384 pixels a side and "
      "100 megapixels");
  EXPECT_TRUE(contains(why_no_png(claiming(12'000, 12'000)), "12000 x 12000 pixels is more than the limit"));
  EXPECT_TRUE(contains(why_no_png(claiming(0x7FFFFFFF, 1)), "2147483647 x 1 pixels is more than the limit"));
  EXPECT_TRUE(contains(why_no_png(claiming(0, 10)), "Invalid IHDR data"));
}

TEST(Png, MissingRowsAreAnErrorAndRowsTooManyAreNot) {
  EXPECT_TRUE(contains(why_no_png(claiming(24, 11)), "Not enough image data"));
  EXPECT_EQ(why_no_png(claiming(24, 9)), "no error");
}

TEST(Png, ChunksThatClaimMoreThanThereIsAreRefused) {
  for (const char* type : {"iTXt", "eXIf", "iCCP", "PLTE", "IDAT", "hUGe"}) {
    PngBytes file = with_png_chunk(encode_png(small_picture), "IDAT", type, PngBytes(4));
    const std::ptrdiff_t at = find_png_chunk(file, type);
    file[at] = 0x7F;
    EXPECT_TRUE(contains(why_no_png(file), fmt::format("the file ends early, in the chunk at byte {}", at)));
  }
}

TEST(Png, AChunkThatMustBeUnderstoodIsRefused) {
  const PngBytes file = with_png_chunk(encode_png(small_picture), "IDAT", "CgBI", PngBytes(4));
  EXPECT_TRUE(contains(why_no_png(file), "CgBI: unhandled critical chunk"));
}

TEST(Png, OtherFilesAreNamed) {
  EXPECT_EQ(why_no_png({}), "[decode_png] DATA/bob/1.png: the file is empty");
  EXPECT_EQ(why_no_png(encode_jpeg(gradient(8, 8), 90)), "[decode_png] DATA/bob/1.png: not a PNG file");
}

TEST(Png, DecodingStopsWhenAsked) {
  for (const bool interlaced : {false, true}) {
    const PngBytes bytes = encode_png(picture_of({PNG_COLOR_TYPE_RGB, 8, false}, 24, 10, interlaced));
    std::atomic<bool> stop = false;
    EXPECT_EQ(decode_png(bytes, "a", {.stop = &stop}).width, 24);
    stop = true;
    EXPECT_EQ(error_text<Stopped>([&] { decode_png(bytes, "a", {.stop = &stop}); }),
              "[decode_png] a: stopped");
  }
}

}  // namespace
}  // namespace dg
