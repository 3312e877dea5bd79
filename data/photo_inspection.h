// Every photo of a set, decoded once: does it decode, how large is it, what are its bytes and its picture?
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/decode_limits.h"
#include "data/photo_set.h"
#include "data/picture_hash.h"
#include "data/resize.h"

namespace dg {

/// 40 bytes a photo.
struct PhotoFacts {
  std::uint64_t checksum = 0;          // of the file's bytes; 0 where it cannot be read
  std::optional<PictureHash> picture;  // empty of a broken photo, and of one without anything on it
  std::int32_t width = 0, height = 0;  // pixels, upright; 0 of a broken photo

  bool good() const { return width > 0; }
};

struct PhotoInspection {
  struct Broken {
    PhotoId photo = 0;
    std::string why;
  };
  std::vector<PhotoFacts> photos;  // by photo id
  std::vector<Broken> broken;      // by photo id
};

struct InspectionOptions {
  int workers = 1;                             // threads, at least 1
  std::optional<CropBox> crop = std::nullopt;  // a photo that the box does not fit into is broken
  DecodeLimits limits = {};
  /// Is told how many photos are done, now and then, by one thread at a time.
  std::function<void(std::int64_t)> progress = [](std::int64_t) {};
};

/// Gives the same whatever the number of threads. Throws what is not a photo's fault: Unavailable,
/// BackendError.
PhotoInspection inspect_photos(const PhotoSet& set, const InspectionOptions& options = {});

/// Whether a photo looks like a whole scene and not like a face cut out: one side is more than one and a half
/// times the other, or more than 1,000 pixels.
bool is_like_a_scene(const PhotoFacts& photo);

}  // namespace dg
