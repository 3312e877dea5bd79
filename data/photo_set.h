// The photos of a data set and the identities they show. The id of a class is the rank of the identity's name
// in byte order. Photos are numbered class after class, within a class by the names of the files or by the
// rows of the table they come from. Photos whose identity is not known (a test set without truth) come last.
// Ids are never renumbered.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/left_out.h"
#include "data/photo_source.h"
#include "sampling/ids.h"

namespace dg {

struct Photo {
  ClassId class_id = no_class;  // whom it shows; no_class where that is not known
};

struct PhotoSet {
  std::vector<std::string> classes;           // names, indexed by class id
  std::vector<Photo> photos;                  // indexed by photo id
  std::shared_ptr<const PhotoSource> source;  // of their bytes
  std::vector<PhotoId> first_photo;  // classes + 1 entries: class c owns photos first[c] .. first[c + 1] - 1
  std::map<std::string, std::int64_t> other_types;  // how many images of which types were not read

  bool names_are_ids = false;  // of a published list (MIDs), so that a name is one person in every data set
  std::vector<std::string> nested;  // folders inside those of identities whose photos are theirs
  std::vector<LeftOut> left_out;    // what of a folder is not read for other reasons, and why

  std::int64_t photo_count(ClassId c) const { return first_photo[c + 1] - first_photo[c]; }
  std::vector<PhotoId> photos_of(ClassId c) const;
  /// Where the photo is: a path, or "FILE:line".
  std::string name(PhotoId photo) const { return source->name(photo); }
};

/// One line for people: "1200 photos of 40 identities; not read, because only JPEG, PNG and WebP are: 3 gif;
/// left out: 1 folder without photos (bob)".
std::string summary(const PhotoSet& set);

/// What is not read and left out, as in summary(); empty if nothing is.
std::string what_is_missing(const PhotoSet& set);

}  // namespace dg
