// The same photo several times: as the same file, or as the same picture in different files.
#pragma once
#include <functional>
#include <vector>

#include "data/photo_inspection.h"

namespace dg {

struct DuplicateGroup {
  std::vector<PhotoId> photos;   // two or more, ascending
  bool same_bytes = false;       // all of them have the same bytes
  bool under_two_names = false;  // they are not all of one identity
};

/// Every photo that decodes is in at most one group: with the photos of the same bytes and the same pictures
/// (data/picture_hash.h), and with what these have in turn. Those under two names come first, because one of
/// the names is wrong or two names are one person; else by their first photo. Time grows with n log n.
std::vector<DuplicateGroup> find_duplicates(const PhotoSet& set, const std::vector<PhotoFacts>& photos);

/// Calls `found` with the places of pairs of hashes whose distance is at most same_picture_bits, often enough
/// that any two such are linked by pairs. No two of `hashes` may be equal.
void near_pairs(const std::vector<PictureHash>& hashes,
                const std::function<void(std::size_t, std::size_t)>& found);

}  // namespace dg
