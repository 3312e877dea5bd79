// Where a set's photos are kept: files of a class folder, rows of TSV files. A photo is bytes of a JPEG, PNG
// or WebP and a name for messages.
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

  /// The photo as it was stored, of a type that is read (photo_file.h) if all is well. IoError that holds
  /// name(photo): it cannot be read, it has more than `max_bytes`. Thread-safe.
  virtual std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const = 0;

  /// Two photos with the same number are taken for the same: a hash of the name that the photo has in its
  /// folder or file (not of the path to that) and of its size in bytes, as found without reading it. Of two
  /// different ones, the same only if replaced by one of the same size, or with a probability of 2^-64.
  virtual std::uint64_t fingerprint(PhotoId photo) const = 0;
};

/// How often the machine is asked again where it fails to read a photo (interop/system_error.h), and the
/// seconds before the first time, which double each time. In all 3.1 seconds, as a network may need.
struct Patience {
  int tries_again = 5;
  double seconds_before_trying = 0.1;
};

/// source.bytes() with patience. Unavailable that says how often it was tried.
std::vector<std::uint8_t> read_patiently(const PhotoSource& source, PhotoId photo, std::int64_t max_bytes,
                                         const Patience& patience = {});

}  // namespace dg
