// A good safetensors file with the changes that an input describes, and with right checksums: no fuzzer finds
// those by itself.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/targets.h"
#include "interop/safetensors.h"

namespace dg::fuzz {

class PatchedFile {
 public:
  /// Reads the good file.
  explicit PatchedFile(const std::filesystem::path& good);

  /// Writes the changed file. Error where the changes leave nothing that can be written. An input is a list
  /// of changes, each
  ///   1 byte     what: 0 bytes of a tensor are overwritten; 1 its bytes are others, in one row; 2 it is left
  ///   out; 3 its dtype
  ///              or its number of axes is another; 4 an entry of the metadata is another; 5 its sizes are
  ///              others
  ///   1 byte     which tensor or entry (modulo their number, saved states before numbers)
  ///   2 bytes    where in the tensor overwriting begins (modulo its size)
  ///   2 bytes    how many bytes follow
  ///   the bytes  for 5: up to three sizes
  void write(const std::filesystem::path& path, Input changes) const;

 private:
  std::vector<NamedTensor> tensors_;
  SafetensorsMetadata metadata_;
};

}  // namespace dg::fuzz
