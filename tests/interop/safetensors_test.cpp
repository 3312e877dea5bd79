#include "interop/safetensors.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>

#include "temporary.h"
#include "tests/error_text.h"
#include "tests/interop/files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

fs::path scratch() { return temporary_folder() / "test.safetensors"; }

template <class T>
TensorBytes tensor(const std::string& name, const std::string& dtype, const std::vector<std::int64_t>& shape,
                   const std::vector<T>& values) {
  return {name, dtype, shape, std::as_bytes(std::span(values))};
}

template <class T>
std::vector<T> values(const NamedTensor& t) {
  std::vector<T> v(t.bytes.size() / sizeof(T));
  std::memcpy(v.data(), t.bytes.data(), t.bytes.size());
  return v;
}

const std::vector<float> f32{1, 2, 3, 4, 5, 6.5f};
const std::vector<double> f64{-1e300};
const std::vector<std::int32_t> i32{7, -8};
const std::vector<std::int64_t> i64{1ll << 40};
const std::vector<std::uint8_t> u8{1, 2, 255};

std::vector<TensorBytes> one_of_each() {
  return {tensor("bytes", "U8", {3}, u8),    tensor("f32", "F32", {2, 3}, f32),
          tensor("i64", "I64", {1}, i64),    tensor("f64", "F64", {}, f64),
          tensor("i32", "I32", {2, 1}, i32), tensor("none", "F32", {4, 0}, std::vector<float>{})};
}

// A file with this header, unpadded, and `data` bytes of data.
fs::path file_with(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  const std::uint64_t n = header.size();
  std::memcpy(bytes.data(), &n, 8);
  write_all(scratch(), bytes + header + std::string(data, '\0'));
  return scratch();
}

std::string refusal(const fs::path& path) {
  const std::string text = error_text<IoError>([&] { SafetensorsReader reader(path); });
  const std::string start = path.string() + ": not a good safetensors file: ";
  return text.starts_with(start) ? text.substr(start.size()) : text;
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  write_safetensors(scratch(), one_of_each(), {{"format", "doppel 1"}, {"empty", ""}});
  SafetensorsReader reader(scratch());
  EXPECT_EQ(reader.metadata(), (SafetensorsMetadata{{"empty", ""}, {"format", "doppel 1"}}));
  std::vector<std::string> names;
  for (const auto& e : reader.entries()) names.push_back(e.name);
  EXPECT_EQ(names, (std::vector<std::string>{"bytes", "f32", "f64", "i32", "i64", "none"}));
  EXPECT_EQ(values<float>(reader.read("f32")), f32);
  EXPECT_EQ(values<double>(reader.read("f64")), f64);
  EXPECT_EQ(values<std::int32_t>(reader.read("i32")), i32);
  EXPECT_EQ(values<std::int64_t>(reader.read("i64")), i64);
  EXPECT_EQ(values<std::uint8_t>(reader.read("bytes")), u8);
  EXPECT_EQ(reader.read("f32").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(reader.read("f64").shape, std::vector<std::int64_t>{});  // one number, no dimension
  EXPECT_EQ(reader.read("none").bytes.size(), 0u);
  EXPECT_EQ(reader.read("i32").dtype, "I32");
}

// The layout, byte by byte, so that other programs can read it.
TEST(Safetensors, BytesAreTheFormats) {
  write_safetensors(scratch(), std::vector{tensor("b", "U8", {3}, u8), tensor("a", "I32", {2}, i32)},
                    {{"k", "v"}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[0,8],"dtype":"I32","shape":[2]},)"
      R"("b":{"data_offsets":[8,11],"dtype":"U8","shape":[3]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(read_all(scratch()), std::string({static_cast<char>(padded.size()), 0, 0, 0, 0, 0, 0, 0}) +
                                     padded + std::string({7, 0, 0, 0, -8, -1, -1, -1}) +
                                     std::string({1, 2, -1}));
}

TEST(Safetensors, EqualContentsAreEqualBytesAndAligned) {
  auto tensors = one_of_each();
  write_safetensors(scratch(), tensors, {{"a", "b"}});
  const std::string first = read_all(scratch());
  std::reverse(tensors.begin(), tensors.end());
  write_safetensors(scratch(), tensors, {{"a", "b"}});
  EXPECT_EQ(read_all(scratch()), first);
  std::uint64_t n = 0;
  std::memcpy(&n, first.data(), 8);
  EXPECT_EQ(n % 8, 0u);
  const SafetensorsReader reader(scratch());
  for (const auto& e : reader.entries()) EXPECT_EQ(e.begin % element_size(e.dtype), 0u) << e.name;
}

TEST(Safetensors, AnEmptyFileHoldsNothing) {
  write_safetensors(scratch(), {});
  EXPECT_TRUE(SafetensorsReader(scratch()).entries().empty());
  EXPECT_EQ(refusal(file_with("{}", 0)), "no error");
}

TEST(Safetensors, ReadsIntoMemoryOfTheCaller) {
  write_safetensors(scratch(), one_of_each());
  SafetensorsReader reader(scratch());
  std::vector<float> out(6);
  reader.read(*reader.find("f32"), std::as_writable_bytes(std::span(out)));
  EXPECT_EQ(out, f32);
  EXPECT_EQ(
      error_text([&] { reader.read(*reader.find("f32"), std::as_writable_bytes(std::span(out).first(5))); }),
      "[safetensors] f32 needs 24 bytes to be read into, got 20");
  EXPECT_EQ(reader.find("f"), nullptr);
  EXPECT_EQ(error_text<IoError>([&] { reader.read("zzz"); }),
            scratch().string() + ": there is no tensor zzz");
}

TEST(Safetensors, OrdinaryFilesOfOthersAreRead) {
  // Keys in another order, no alignment, white space, metadata last.
  SafetensorsReader reader(file_with(
      R"({"w": {"shape": [3], "dtype": "U8", "data_offsets": [0, 3]},  "b": {"dtype": "F32", "shape": [], )"
      R"("data_offsets": [3, 7], "more": 1}, "__metadata__": {"format": "pt"}}   )",
      7));
  EXPECT_EQ(reader.read("b").bytes.size(), 4u);
  EXPECT_EQ(reader.metadata().at("format"), "pt");
}

TEST(SafetensorsWriter, RefusesWhatIsNoTensor) {
  const auto refused = [](const std::vector<TensorBytes>& t) {
    return error_text([&] { write_safetensors(scratch(), t); });
  };
  fs::remove(scratch());
  EXPECT_EQ(refused({tensor("a", "F32", {5}, f32)}), "[safetensors] a must have 20 bytes of F32, got 24");
  EXPECT_EQ(refused({tensor("a", "F16", {12}, f32)}),
            "[safetensors] dtype must be F64, I64, F32, I32 or U8, got F16");
  EXPECT_EQ(refused({tensor("a", "U8", {-3}, u8)}), "[safetensors] sizes must be >= 0, got -3");
  EXPECT_EQ(refused({tensor("a", "U8", {1ll << 40, 1ll << 40}, u8)}),
            "[safetensors] a tensor must have fewer than 2^63 bytes");
  EXPECT_EQ(refused({tensor("a", "U8", {3}, u8), tensor("a", "U8", {3}, u8)}),
            "[safetensors] names must be unique, got a twice");
  EXPECT_EQ(refused({tensor("", "U8", {3}, u8)}), "[safetensors] a tensor's name must not be \"\"");
  EXPECT_EQ(refused({tensor("__metadata__", "U8", {3}, u8)}),
            "[safetensors] a tensor's name must not be \"__metadata__\"");
  EXPECT_NE(refused({tensor("\xff", "U8", {3}, u8)}).find("[safetensors] names and metadata must be UTF-8"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(scratch()));
}

TEST(SafetensorsWriter, AFullDiskLeavesTheOldFile) {
  write_safetensors(scratch(), one_of_each());
  const std::string old = read_all(scratch());
  const std::vector<float> large(10'000);
  const std::string text = with_file_size_limit(4096, [&] {
    return error_text<IoError>(
        [&] { write_safetensors(scratch(), std::vector{tensor("large", "F32", {10'000}, large)}); });
  });
  EXPECT_EQ(text, scratch().string() + ": cannot be written: File too large");
  EXPECT_EQ(read_all(scratch()), old);
  EXPECT_FALSE(fs::exists(scratch().string() + ".tmp"));
}

TEST(SafetensorsReader, RefusesForeignFiles) {
  EXPECT_EQ(error_text<IoError>([] { SafetensorsReader reader("/no/such/file"); }),
            "/no/such/file: No such file or directory");
  write_all(scratch(), "1234567");
  EXPECT_EQ(refusal(scratch()), "it has 7 bytes, and the length of the header alone takes 8");
  write_all(scratch(), "\xff\xd8\xff\xe0 a photo, not a checkpoint");
  EXPECT_NE(refusal(scratch()).find("offset 0: a header of "), std::string::npos);
  write_all(scratch(), std::string({9, 0, 0, 0, 0, 0, 0, 0}) + "{}      ");
  EXPECT_EQ(refusal(scratch()), "offset 0: a header of 9 bytes is announced, the file has 16");
  EXPECT_EQ(refusal(file_with("", 0)), "offset 8: the header must start with {");
  EXPECT_EQ(refusal(file_with("[1, 2]", 0)), "offset 8: the header must start with {");
  EXPECT_NE(refusal(file_with("{\"a\": ", 0)).find("offset 8: the header is not JSON"), std::string::npos);
  EXPECT_NE(refusal(file_with("{} and more", 0)).find("offset 8: the header is not JSON"), std::string::npos);
}

TEST(SafetensorsReader, EveryDtypeOfTheFormatMayBeInAFile) {
  for (const char* dtype : {"F64", "I64", "U64", "C64", "F32", "I32", "U32", "F16", "BF16", "I16", "U16",
                            "F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"}) {
    const std::size_t bytes = 2 * element_size(dtype);
    SafetensorsReader reader(
        file_with("{\"a\":" + entry(dtype, "[2]", "[0," + std::to_string(bytes) + "]") + "}", bytes));
    EXPECT_EQ(reader.read("a").bytes.size(), bytes) << dtype;
  }
}

TEST(SafetensorsReader, APipeIsRefusedAndNotWaitedFor) {
  const fs::path pipe = temporary_folder() / "pipe.safetensors";
  fs::remove(pipe);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(refusal(pipe), pipe.string() + ": not a regular file");
  EXPECT_EQ(refusal(temporary_folder()), temporary_folder().string() + ": not a regular file");
}

TEST(SafetensorsReader, NoLetterOfACheckedHeaderCanBeAnotherAndNoByteOfItsTensors) {
  const auto tensors = one_of_each();
  write_safetensors(scratch(), tensors, with_checksums(tensors, {{"step", "12"}}));
  const std::string whole = read_all(scratch());
  const std::size_t data = whole.size() - 51;  // as in RefusesFilesThatAreCutShort
  const auto read_everything = [] {
    return error_text<IoError>([] {
      SafetensorsReader reader(scratch());
      for (const auto& e : reader.entries()) reader.read(e.name);
    });
  };
  EXPECT_EQ(read_everything(), "no error");
  for (std::size_t at = 8; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] ^= 1;
    if (damaged.find("header_checksum") == std::string::npos) continue;  // a file without one
    write_all(scratch(), damaged);
    // Spaces behind the header may become nothing else that is JSON.
    EXPECT_NE(read_everything(), "no error") << at << (at < data ? " in the header" : " in the data");
  }
}

TEST(SafetensorsReader, AChangedHeaderIsNamed) {
  const auto tensors = one_of_each();
  write_safetensors(scratch(), tensors, with_checksums(tensors, {{"step", "12"}}));
  std::string bytes = read_all(scratch());
  bytes.replace(bytes.find("\"step\":\"12\""), 11, "\"step\":\"13\"");
  write_all(scratch(), bytes);
  EXPECT_EQ(refusal(scratch()), "offset 8: the header is damaged: it does not give its checksum");
}

TEST(SafetensorsReader, RefusesFilesThatAreCutShort) {
  write_safetensors(scratch(), one_of_each());
  const std::string whole = read_all(scratch());
  EXPECT_EQ(refusal(scratch()), "no error");
  const std::size_t data = whole.size() - 51;  // 8 + 8 + 24 + 8 + 3 bytes of numbers
  fs::resize_file(scratch(), whole.size() - 1);
  EXPECT_EQ(refusal(scratch()), "tensor bytes at offset " + std::to_string(data + 48) + " ends at " +
                                    std::to_string(data + 51) + ", the file at " + std::to_string(data + 50) +
                                    ": it is cut short");
  for (std::size_t n = whole.size(); n-- > 0;) {
    fs::resize_file(scratch(), n);
    EXPECT_NE(refusal(scratch()), "no error") << n;
  }
  write_all(scratch(), whole + "x");
  EXPECT_EQ(refusal(scratch()), "offset " + std::to_string(whole.size()) + ": 1 bytes belong to no tensor");
}

TEST(SafetensorsReader, RefusesEntriesThatMakeNoSense) {
  const auto with = [](const std::string& value, std::size_t data = 4) {
    return refusal(file_with("{\"a\":" + value + "}", data));
  };
  EXPECT_EQ(with(entry("U8", "[4]", "[0,4]")), "no error");
  EXPECT_TRUE(contains(with(entry("F12", "[2]", "[0,4]")), "tensor a: [safetensors] dtype must be one of"));
  EXPECT_EQ(with(entry("F32", "[2]", "[0,4]")), "tensor a: data_offsets 0..4 do not fit 8 bytes of F32 [2]");
  EXPECT_EQ(with(entry("U8", "[4]", "[4,0]")), "tensor a: data_offsets 4..0 do not fit 4 bytes of U8 [4]");
  EXPECT_EQ(with(entry("U8", "[-4]", "[0,4]")), "tensor a: shape must be an array of sizes");
  EXPECT_EQ(with(entry("U8", "[4.0]", "[0,4]")), "tensor a: shape must be an array of sizes");
  EXPECT_EQ(with(entry("U8", "4", "[0,4]")), "tensor a: shape must be an array of sizes");
  EXPECT_EQ(with(entry("U8", "[4294967296,4294967296]", "[0,0]")),
            "tensor a: [safetensors] a tensor must have fewer than 2^63 bytes");
  EXPECT_EQ(with(entry("U8", "[4]", "[-1,3]")), "tensor a: data_offsets must be two integers >= 0");
  EXPECT_EQ(with(entry("U8", "[4]", "[0]")), "tensor a: data_offsets must be two integers >= 0");
  EXPECT_EQ(with("{\"dtype\":\"U8\",\"shape\":[4]}"),
            "tensor a: its entry must have dtype, shape and data_offsets");
  EXPECT_EQ(with("3"), "tensor a: its entry must have dtype, shape and data_offsets");
  EXPECT_EQ(with("{\"dtype\":1,\"shape\":[4],\"data_offsets\":[0,4]}"), "tensor a: dtype must be a string");
  EXPECT_EQ(refusal(file_with("{\"__metadata__\":{\"a\":1}}", 0)), "__metadata__: a must be a string");
  EXPECT_EQ(refusal(file_with("{\"__metadata__\":[]}", 0)), "__metadata__ must be an object of strings");
  EXPECT_EQ(refusal(file_with(
                "{\"a\":" + entry("U8", "[4]", "[0,4]") + ",\"a\":" + entry("U8", "[4]", "[0,4]") + "}", 4)),
            "the header names a twice");
}

TEST(SafetensorsReader, RefusesOverlapsAndHoles) {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data) {
    // The header has 8 + 160 bytes, so that the data start at offset 168.
    std::string header = "{\"a\":" + entry("U8", "[4]", a) + ",\"b\":" + entry("U8", "[4]", b) + "}";
    header.resize(160, ' ');
    return refusal(file_with(header, data));
  };
  EXPECT_EQ(two("[0,4]", "[4,8]", 8), "no error");
  EXPECT_EQ(two("[4,8]", "[0,4]", 8), "no error");
  EXPECT_EQ(two("[0,4]", "[3,7]", 7), "tensor b at offset 171 overlaps tensor a, which ends at 172");
  EXPECT_EQ(two("[0,4]", "[5,9]", 9), "tensor b at offset 173 leaves a hole of 1 bytes before it");
  EXPECT_EQ(two("[1,5]", "[5,9]", 9), "tensor a at offset 169 leaves a hole of 1 bytes before it");
  EXPECT_EQ(two("[0,4]", "[4,8]", 7), "tensor b at offset 172 ends at 176, the file at 175: it is cut short");
  EXPECT_EQ(
      two("[0,4]", "[9223372036854775803,9223372036854775807]", 8),
      "tensor b at offset 9223372036854775971 ends at 9223372036854775975, the file at 176: it is cut short");
}

}  // namespace
}  // namespace dg
