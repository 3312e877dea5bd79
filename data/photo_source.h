// Where a set's photos are kept: files of a class folder, rows of TSV files. A photo is bytes of a JPEG and a
// name for messages.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sampling/ids.h"

namespace dg {

class PhotoSource {
 public:
  virtual ~PhotoSource() = default;

  /// Where the photo is, for people: a path, or "FILE:line".
  virtual std::string name(PhotoId photo) const = 0;

  /// The photo as it was stored, a JPEG if all is well. IoError that holds name(photo): it cannot be read, it
  /// has more than `max_bytes`. Thread-safe.
  virtual std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const = 0;
};

}  // namespace dg
