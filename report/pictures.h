// Photos of a data set as small pictures for a page.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/photo_store.h"

namespace dg::reporting {

/// Whom it shows and where it is from; `jpeg` is empty where the photo is not shown.
struct Picture {
  std::string identity, photo;  // names; the photo's without its folder, empty where there is none
  std::vector<std::uint8_t> jpeg;
};

class Pictures {
 public:
  /// Pixels a side.
  static constexpr int side = 112;

  /// `set` must outlive the pictures. With `crop`, the network's own, they show what it sees. Without `shown`
  /// no photo is read, and pictures are names alone.
  Pictures(const PhotoSet& set, const std::optional<CropBox>& crop, bool shown);

  /// A photo of the identity. One that does not decode any more is not shown.
  Picture of(ClassId identity, PhotoId photo);

 private:
  const PhotoSet& set_;
  bool shown_;
  PhotoStore store_;
};

/// "data:image/jpeg;base64,..." for the bytes of a JPEG.
std::string data_uri(const std::vector<std::uint8_t>& jpeg);

}  // namespace dg::reporting
