#include "interop/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "interop/atomic_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

constexpr std::uint64_t max_header = 100'000'000;  // bytes, the format's own limit

std::size_t dtype_size(const std::string& dtype) {
  for (const auto& [name, size] : {std::pair{"F32", 4}, {"F64", 8}, {"I32", 4}, {"I64", 8}, {"U8", 1}}) {
    if (dtype == name) return static_cast<std::size_t>(size);
  }
  return 0;
}

std::uint64_t little_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

// Bytes that dtype and shape ask for; false on an unknown dtype, a negative size or an overflow.
bool bytes_needed(const std::string& dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes) {
  bytes = dtype_size(dtype);
  if (bytes == 0) return false;
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) return false;
  }
  return true;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const Metadata& metadata) {
  nlohmann::json header;  // keys sorted by name
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView& t : tensors) {
    std::uint64_t needed = 0;
    require(bytes_needed(t.dtype, t.shape, needed) && needed == t.bytes.size(), "safetensors",
            "{}: {} of shape [{}] needs {} bytes, got {}", t.name, t.dtype, fmt::join(t.shape, ", "), needed,
            t.bytes.size());
    require(!header.contains(t.name), "safetensors", "names must be unique, got {} twice", t.name);
    header[t.name] = {{"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {offset, offset + needed}}};
    offset += needed;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::array<std::byte, 8> length;
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::byte>(text.size() >> (8 * i) & 0xff);
  AtomicFile file(path);
  file.write(length);
  file.write(std::as_bytes(std::span(text)));
  for (const TensorView& t : tensors) file.write(t.bytes);
  file.commit();
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why) {
    throw IoError(fmt::format("{}: {}", path.string(), why));
  };
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) refuse("cannot be opened");
  const auto file_size = static_cast<std::uint64_t>(in.tellg());
  in.seekg(0);
  unsigned char prefix[8];
  if (file_size < 8 || !in.read(reinterpret_cast<char*>(prefix), 8))
    refuse("not a safetensors file: shorter than 8 bytes");
  const std::uint64_t header_size = little_endian(prefix);
  if (header_size > max_header || header_size > file_size - 8) {
    refuse(fmt::format("not a safetensors file, or truncated: its header claims {} bytes, the file has {}",
                       header_size, file_size));
  }
  std::string text(header_size, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(header_size))) refuse("its header cannot be read");
  const nlohmann::json header = nlohmann::json::parse(text, nullptr, false);
  if (!header.is_object()) refuse("not a safetensors file: its header is not a JSON object");

  SafetensorsFile file;
  struct Place {
    std::uint64_t begin, end;
    std::string name;
  };
  std::vector<Place> places;
  for (const auto& [name, entry] : header.items()) {
    try {
      if (name == "__metadata__") {
        file.metadata = entry.get<Metadata>();
        continue;
      }
      StoredTensor t{.dtype = entry.at("dtype").get<std::string>(),
                     .shape = entry.at("shape").get<std::vector<std::int64_t>>()};
      const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
      std::uint64_t needed = 0;
      if (offsets.size() != 2 || offsets[1] < offsets[0])
        refuse(fmt::format("tensor {}: its data_offsets are not a range", name));
      if (!bytes_needed(t.dtype, t.shape, needed) || needed != offsets[1] - offsets[0]) {
        refuse(fmt::format("tensor {}: {} of shape [{}] does not fit its offsets {}..{}", name, t.dtype,
                           fmt::join(t.shape, ", "), offsets[0], offsets[1]));
      }
      places.push_back({offsets[0], offsets[1], name});
      file.tensors[name] = std::move(t);
    } catch (const nlohmann::json::exception& e) {
      refuse(fmt::format("header entry {}: {}", name, e.what()));
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t expected = 0;
  for (const Place& p : places) {
    if (p.begin != expected) {
      refuse(fmt::format("tensor {}: starts at offset {} where {} was expected ({})", p.name, p.begin,
                         expected, p.begin < expected ? "overlap" : "hole"));
    }
    if (p.end > file_size - 8 - header_size) {
      refuse(fmt::format(
          "tensor {}: ends at offset {}, but the file holds only {} bytes of numbers (truncated?)", p.name,
          p.end, file_size - 8 - header_size));
    }
    StoredTensor& t = file.tensors[p.name];
    t.bytes.resize(p.end - p.begin);
    if (!in.read(reinterpret_cast<char*>(t.bytes.data()), static_cast<std::streamsize>(t.bytes.size()))) {
      refuse(fmt::format("tensor {}: offsets {}..{} cannot be read", p.name, p.begin, p.end));
    }
    expected = p.end;
  }
  if (expected != file_size - 8 - header_size) {
    refuse(fmt::format("{} bytes after the last tensor", file_size - 8 - header_size - expected));
  }
  return file;
}

}  // namespace dg
