// The readers of untrusted bytes, one function each: it gives the bytes to the reader, uses what comes back,
// and lets nothing pass but the documented errors. tests/fuzz/fuzzer.cpp hands them libFuzzer's inputs,
// tests/fuzz/corpus_test.cpp the inputs that are kept in tests/fuzz/corpus/.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace dg::fuzz {

using Input = std::span<const std::uint8_t>;

void base64(Input input);
void checkpoint(Input input);
void classifier_file(Input input);
void dataset_toml(Input input);
void exif(Input input);
void identities(Input input);
void jpeg(Input input);
void metrics(Input input);
void pairs(Input input);
void png(Input input);
void recipe(Input input);
void safetensors(Input input);
void set(Input input);
void tsv(Input input);
void tsv_index(Input input);
void webp(Input input);

/// Runs `read` and swallows dg::Error and its kinds, which readers may throw. Whether it threw none.
bool accepted(const std::function<void()>& read);

/// Throws std::logic_error, which no target swallows: what a reader gave is not what its header promises.
void expect(bool ok, const char* what);

/// An empty folder for the files of one target, made once.
const std::filesystem::path& folder(const std::string& target);

/// Writes the bytes and returns the path.
std::filesystem::path file_of(const std::filesystem::path& path, Input bytes);

/// The input without its first byte, and that byte; 0 where there is none.
std::uint8_t take_byte(Input& input);
/// Two bytes, least significant first.
std::size_t take_number(Input& input);
/// The next `size` bytes, or all that are left.
Input take(Input& input, std::size_t size);

}  // namespace dg::fuzz
