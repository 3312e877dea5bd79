// The safetensors format (Hugging Face): 8 bytes header length, little-endian; a JSON header {name: {dtype,
// shape, data_offsets},
// "__metadata__": {key: text}}, padded by spaces to 8 bytes; then the numbers, without gaps, in the order of
// the header. What is written holds nothing but what it is given (no clock, path or host), so equal contents
// are equal bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace dg {

/// One tensor to write. The bytes belong to the caller.
struct TensorView {
  std::string name;
  std::string dtype;  // "F32", "F64", "I32", "I64" or "U8"
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// One tensor read.
struct StoredTensor {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};

using Metadata = std::map<std::string, std::string>;

/// What a file holds; reading a file with holes, overlaps or anything unexpected is refused.
struct SafetensorsFile {
  std::map<std::string, StoredTensor> tensors;
  Metadata metadata;
};

/// Writes beside `path`, syncs to the disk and renames: whatever happens, `path` is the old file or the new
/// one, whole. IoError names the path and the system's reason. Error for two tensors of one name or bytes
/// that do not fit the shape.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                       const Metadata& metadata);

/// IoError "PATH: ..." naming the tensor and its offsets for a file that is truncated, corrupt or of another
/// format.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

}  // namespace dg
