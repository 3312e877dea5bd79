#include "data/tsv/base64.h"

#include <gtest/gtest.h>

#include <string>

#include "error_text.h"
#include "tensor/rng.h"
#include "tests/data/tsv/celeb_files.h"

namespace dg {
namespace {

std::string decoded(std::string_view text) {
  const auto bytes = decode_base64(text);
  return {bytes.begin(), bytes.end()};
}

TEST(Base64, DecodesTheVectorsOfRfc4648) {
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("Zg=="), "f");
  EXPECT_EQ(decoded("Zm8="), "fo");
  EXPECT_EQ(decoded("Zm9v"), "foo");
  EXPECT_EQ(decoded("Zm9vYg=="), "foob");
  EXPECT_EQ(decoded("Zm9vYmE="), "fooba");
  EXPECT_EQ(decoded("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("+/+/"), (std::vector<std::uint8_t>{0xfb, 0xff, 0xbf}));
}

TEST(Base64, GivesBackBytesOfEveryLength) {
  Rng rng(1, 2);
  for (std::size_t n = 0; n < 70; ++n) {
    std::vector<std::uint8_t> bytes(n);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(rng.below(256));
    EXPECT_EQ(decode_base64(to_base64(bytes)), bytes) << n;
  }
}

TEST(Base64, EveryOtherCharacterIsNamedWithItsPosition) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int c = 0; c < 256; ++c) {
    std::string text = "QUJDREVG";
    text[5] = static_cast<char>(c);
    if (alphabet.find(text[5]) != std::string::npos) {
      EXPECT_EQ(decode_base64(text).size(), 6u) << c;
    } else {
      EXPECT_EQ(error_text([&] { decode_base64(text); }),
                fmt::format("[base64] position 5: 0x{:02x} is no character of base64", c));
    }
  }
}

TEST(Base64, ACutOffTextShows) {
  const std::string whole = "Zm9vYg==";
  for (const std::size_t n : {1, 2, 3, 5, 6, 7}) {
    EXPECT_EQ(error_text([&] { decode_base64(whole.substr(0, n)); }),
              fmt::format("[base64] position {}: the text ends inside a group of four characters", n));
  }
}

TEST(Base64, PaddingIsOnlyAtTheEndAndHidesNoBits) {
  for (const char* text : {"Zg==Zg==", "Zg=v", "====", "=", "Z==="}) {
    EXPECT_TRUE(error_text([&] { decode_base64(text); }).starts_with("[base64] position")) << text;
  }
  EXPECT_EQ(error_text([] { decode_base64("AAAAZh=="); }),
            "[base64] position 5: the last character has stray bits");
  EXPECT_EQ(error_text([] { decode_base64("Zm9="); }),
            "[base64] position 2: the last character has stray bits");
}

}  // namespace
}  // namespace dg
