// Tensors in a file: the safetensors format, which many tools read.
//
//   8 bytes     n, little-endian: length of the header
//   n bytes     header: a JSON object, padded with spaces so that n is a multiple of 8, {"name":
//               {"data_offsets": [begin, end], "dtype": "F32", "shape": [2, 3]}, ...,
//               "__metadata__": {"key": "value", ...}}
//   the rest    data, little-endian, row-major; offsets count from its start, without holes or overlaps
//
// The bytes depend on names, numbers and metadata only, not on the order in which tensors are given: the
// header is sorted by name, the data by size of the element (largest first, so that every tensor is aligned)
// and then by name. Nothing here knows Tensor or Real: the same code serves both widths, and saved states
// that are no tensors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "interop/random_access_file.h"

namespace dg {

/// A tensor to be written. `bytes` belongs to the caller and must live until write_safetensors returns.
struct TensorBytes {
  std::string name;
  std::string dtype;  // "F64", "I64", "F32", "I32" or "U8"
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // product of shape x size of the element
};

/// A tensor that was read.
struct NamedTensor {
  std::string name, dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};

using SafetensorsMetadata = std::map<std::string, std::string>;

/// Bytes of one element of any dtype of the format with whole bytes, those that are only read included (F16,
/// BF16, BOOL, ...). Throws Error for any other.
std::uint64_t element_size(const std::string& dtype);
/// Bytes of a tensor; one element where the shape is empty. Throws Error for a negative size, or one beyond
/// 63 bits.
std::uint64_t tensor_bytes(const std::string& dtype, const std::vector<std::int64_t>& shape);

/// Writes all or nothing (see atomic_file.h) and copies no tensor. Throws Error when a name is used twice, is
/// empty, is "__metadata__" or is no UTF-8, when shape, dtype and bytes disagree, or for a dtype that
/// TensorBytes does not list; IoError when the file cannot be written.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                       const SafetensorsMetadata& metadata = {});

// Entries of the metadata that readers check where they are there: files of other programs have none.
inline constexpr const char* checksums_key = "checksums";  // a line for each tensor: name, checksum
inline constexpr const char* header_checksum_key = "header_checksum";  // of all the rest of the header

/// FNV-1a (interop/checksum.h), in 16 hexadecimal digits, of a line "name dtype [shape]" for each tensor, in
/// the order of their names, and a line "key value" for each entry of the metadata but header_checksum. It
/// leaves the offsets out, which may change when a file is copied by another program.
std::string header_checksum(std::span<const TensorBytes> tensors, const SafetensorsMetadata& metadata);
/// The metadata with checksums of all tensors and of the header.
SafetensorsMetadata with_checksums(std::span<const TensorBytes> tensors, SafetensorsMetadata metadata);

/// An open file whose header is checked: IoError, naming path, tensor and offset, when it is no regular file,
/// no safetensors file, is cut short or damaged, or holds a dtype that element_size does not know. Tensors
/// are read one by one.
class SafetensorsReader {
 public:
  struct Entry {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  // in the data
  };

  explicit SafetensorsReader(const std::filesystem::path& path);

  const SafetensorsMetadata& metadata() const { return metadata_; }
  /// Sorted by name.
  const std::vector<Entry>& entries() const { return entries_; }
  /// nullptr when there is none of that name.
  const Entry* find(const std::string& name) const;
  /// Where in the file its data start.
  std::uint64_t offset(const Entry& entry) const { return data_start_ + entry.begin; }
  /// Fills `out`. Error unless it has exactly the tensor's bytes; IoError when the file cannot be read or the
  /// bytes do not give the checksum in the metadata.
  void read(const Entry& entry, std::span<std::byte> out);
  /// IoError, naming the path, when there is no tensor of that name.
  NamedTensor read(const std::string& name);

 private:
  void parse_header(const std::string& text);
  void check_header() const;
  void check_layout() const;
  [[noreturn]] void refuse(const std::string& why) const;

  RandomAccessFile file_;
  std::uint64_t data_start_ = 0;
  SafetensorsMetadata metadata_;
  std::map<std::string, std::string> checksums_;  // by name of the tensor; those the metadata have
  std::vector<Entry> entries_;
};

}  // namespace dg
