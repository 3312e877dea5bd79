#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "interop/atomic_file.h"
#include "interop/checksum.h"
#include "interop/safetensors.h"
#include "tensor/check.h"

namespace dg {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data are little-endian");

constexpr std::array<std::string_view, 5> written_dtypes{"F64", "I64", "F32", "I32", "U8"};

void check(std::span<const TensorBytes> tensors) {
  std::set<std::string> names;
  for (const TensorBytes& t : tensors) {
    require(!t.name.empty() && t.name != "__metadata__", "safetensors", "a tensor's name must not be \"{}\"",
            t.name);
    require(names.insert(t.name).second, "safetensors", "names must be unique, got {} twice", t.name);
    require(std::ranges::find(written_dtypes, t.dtype) != written_dtypes.end(), "safetensors",
            "dtype must be F64, I64, F32, I32 or U8, got {}", t.dtype);
    const std::uint64_t bytes = tensor_bytes(t.dtype, t.shape);
    require(bytes == t.bytes.size(), "safetensors", "{} must have {} bytes of {}, got {}", t.name, bytes,
            t.dtype, t.bytes.size());
  }
}

// Largest elements first, then by name.
std::vector<const TensorBytes*> data_order(std::span<const TensorBytes> tensors) {
  std::vector<const TensorBytes*> order;
  for (const TensorBytes& t : tensors) order.push_back(&t);
  std::sort(order.begin(), order.end(), [](const TensorBytes* a, const TensorBytes* b) {
    const auto size_a = element_size(a->dtype), size_b = element_size(b->dtype);
    return size_a != size_b ? size_a > size_b : a->name < b->name;
  });
  return order;
}

// Not through an object of the JSON library: its destructor allocates, and would end the program where memory
// has run short.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string object_of(const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [key, value] : values)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", quoted(key), value);
  return "{" + text + "}";
}

std::string header_of(const std::vector<const TensorBytes*>& order, const SafetensorsMetadata& metadata) try {
  std::map<std::string, std::string> header;
  if (!metadata.empty()) {
    std::map<std::string, std::string> values;
    for (const auto& [key, value] : metadata) values[key] = quoted(value);
    header["__metadata__"] = object_of(values);
  }
  std::uint64_t begin = 0;
  for (const TensorBytes* t : order) {
    const std::uint64_t end = begin + t->bytes.size();
    header[t->name] = fmt::format(R"({{"data_offsets":[{},{}],"dtype":{},"shape":[{}]}})", begin, end,
                                  quoted(t->dtype), fmt::join(t->shape, ","));
    begin = end;
  }
  std::string text = object_of(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
} catch (const nlohmann::json::exception& e) {
  throw Error(fmt::format("[safetensors] names and metadata must be UTF-8: {}", e.what()));
}

}  // namespace

std::uint64_t element_size(const std::string& dtype) {
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), dtype) != names.end();
  };
  if (is({"F64", "I64", "U64", "C64"})) return 8;
  if (is({"F32", "I32", "U32"})) return 4;
  if (is({"F16", "BF16", "I16", "U16"})) return 2;
  require(is({"F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"}), "safetensors",
          "dtype must be one of F64, I64, U64, C64, F32, I32, U32, F16, BF16, I16, U16, F8_E4M3, F8_E5M2, "
          "F8_E8M0, I8, U8, BOOL, got {}",
          dtype);
  return 1;
}

std::uint64_t tensor_bytes(const std::string& dtype, const std::vector<std::int64_t>& shape) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 63;
  std::uint64_t bytes = element_size(dtype);
  const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  for (const std::int64_t n : shape) {
    require(n >= 0, "safetensors", "sizes must be >= 0, got {}", n);
    if (empty) continue;
    require(static_cast<std::uint64_t>(n) < limit / bytes, "safetensors",
            "a tensor must have fewer than 2^63 bytes");
    bytes *= static_cast<std::uint64_t>(n);
  }
  return empty ? 0 : bytes;
}

std::string header_checksum(std::span<const TensorBytes> tensors, const SafetensorsMetadata& metadata) {
  std::map<std::string, std::string> lines;
  for (const TensorBytes& t : tensors)
    lines[t.name] = fmt::format("{} {} [{}]\n", t.name, t.dtype, fmt::join(t.shape, ", "));
  std::string text;
  for (const auto& [name, line] : lines) text += line;
  for (const auto& [key, value] : metadata) {
    if (key != header_checksum_key) text += fmt::format("{} {}\n", key, value);
  }
  return fmt::format("{:016x}", checksum(std::as_bytes(std::span(text))));
}

SafetensorsMetadata with_checksums(std::span<const TensorBytes> tensors, SafetensorsMetadata metadata) {
  std::string lines;
  for (const TensorBytes& t : tensors) lines += fmt::format("{} {:016x}\n", t.name, checksum(t.bytes));
  metadata[checksums_key] = lines;
  metadata[header_checksum_key] = header_checksum(tensors, metadata);
  return metadata;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                       const SafetensorsMetadata& metadata) {
  check(tensors);
  const auto order = data_order(tensors);
  const std::string header = header_of(order, metadata);
  const std::array<std::uint64_t, 1> length{header.size()};
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(length)));
  file.write(header);
  for (const TensorBytes* t : order) file.write(t->bytes);
  file.commit();
}

}  // namespace dg
