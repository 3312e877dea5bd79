#include "fuzz/patched_file.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace dg::fuzz {
namespace {

constexpr std::uint64_t largest = 1 << 16;  // bytes of a tensor of another shape

}  // namespace

PatchedFile::PatchedFile(const std::filesystem::path& good) {
  SafetensorsReader reader(good);
  metadata_ = reader.metadata();
  metadata_.erase(checksums_key);
  metadata_.erase(header_checksum_key);
  if (metadata_.contains("config")) metadata_["config"] = "steps = 10";  // short: nobody reads it there
  for (const auto& entry : reader.entries()) tensors_.push_back(reader.read(entry.name));
  // Saved states come first: there is more to get wrong in them than in a matrix.
  std::stable_sort(tensors_.begin(), tensors_.end(), [](const NamedTensor& a, const NamedTensor& b) {
    return (a.dtype == "U8") > (b.dtype == "U8");
  });
}

void PatchedFile::write(const std::filesystem::path& path, Input changes) const {
  std::vector<NamedTensor> tensors = tensors_;
  SafetensorsMetadata metadata = metadata_;
  while (!changes.empty() && !tensors.empty()) {
    const int what = take_byte(changes) % 6;
    const std::size_t which = take_byte(changes), where = take_number(changes), length = take_number(changes);
    const auto bytes = std::as_bytes(take(changes, length));
    NamedTensor& tensor = tensors[which % tensors.size()];
    if (what == 0 && !tensor.bytes.empty()) {
      const std::size_t at = where % tensor.bytes.size();
      std::copy_n(bytes.begin(), std::min(bytes.size(), tensor.bytes.size() - at),
                  tensor.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (what == 1) {
      tensor.bytes.assign(bytes.begin(), bytes.end());
      const std::uint64_t element = element_size(tensor.dtype);
      tensor.bytes.resize(tensor.bytes.size() / element * element);
      tensor.shape = {static_cast<std::int64_t>(tensor.bytes.size() / element)};
    } else if (what == 2) {
      tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(which % tensors.size()));
    } else if (what == 3 && tensor.dtype == "F32") {
      tensor.dtype = "I32";
    } else if (what == 3) {
      tensor.shape.push_back(1);
    } else if (what == 4 && !metadata.empty()) {
      auto entry = std::next(metadata.begin(), static_cast<std::ptrdiff_t>(which % metadata.size()));
      entry->second.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    } else if (what == 5) {
      std::vector<std::int64_t> sizes;
      for (const std::byte b : bytes.first(std::min<std::size_t>(bytes.size(), 3)))
        sizes.push_back(static_cast<std::int64_t>(b));
      const std::uint64_t size = tensor_bytes(tensor.dtype, sizes);
      if (size > largest) continue;
      tensor.shape = std::move(sizes);
      tensor.bytes.resize(size);
    }
  }
  std::vector<TensorBytes> views;
  for (const NamedTensor& t : tensors) views.push_back({t.name, t.dtype, t.shape, t.bytes});
  write_safetensors(path, views, with_checksums(views, std::move(metadata)));
}

}  // namespace dg::fuzz
