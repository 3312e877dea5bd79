#include "interop/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace dg {
namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

// Values that the authors of FNV publish.
TEST(Checksum, IsFnv1a) {
  EXPECT_EQ(checksum(bytes("")), 0xcbf29ce484222325u);
  EXPECT_EQ(checksum(bytes("a")), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(checksum(bytes("foobar")), 0x85944171f73967e8u);
}

TEST(Checksum, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(checksum(bytes("bar"), checksum(bytes("foo"))), checksum(bytes("foobar")));
}

// Computed by a script of its own from the formula in checksum.h: indexes that are kept hold such values.
TEST(ChecksumOfWords, IsTheFormulaOfKeptFiles) {
  EXPECT_EQ(checksum_of_words(bytes("")), 0xaf63bd4c8601b7dfu);
  EXPECT_EQ(checksum_of_words(bytes("a")), 0xe3242661c0d5e818u);
  EXPECT_EQ(checksum_of_words(bytes("foobar")), 0xc3a2ea25e9215b62u);
  EXPECT_EQ(checksum_of_words(bytes("12345678")), 0x0d2bd01634d905f3u);
  EXPECT_EQ(checksum_of_words(bytes("123456789")), 0x1f298510cc385c51u);
}

TEST(ChecksumOfWords, ZerosAtTheEndCount) {
  EXPECT_NE(checksum_of_words(bytes("a")), checksum_of_words(bytes(std::string("a\0", 2))));
}

TEST(Checksums, NoticeAChangedBitAndSwappedBytes) {
  const std::string good = "The quick brown fox jumps";
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    EXPECT_NE(checksum(bytes(bad)), checksum(bytes(good))) << i;
    EXPECT_NE(checksum_of_words(bytes(bad)), checksum_of_words(bytes(good))) << i;
    for (std::size_t k = 0; k < i; ++k) {
      std::string swapped = good;
      std::swap(swapped[i], swapped[k]);
      if (swapped == good) continue;
      EXPECT_NE(checksum(bytes(swapped)), checksum(bytes(good))) << i << " and " << k;
      EXPECT_NE(checksum_of_words(bytes(swapped)), checksum_of_words(bytes(good))) << i << " and " << k;
    }
  }
}

}  // namespace
}  // namespace dg
