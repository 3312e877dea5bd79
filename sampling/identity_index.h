// Which photos show which identity: class 0..C-1 -> its photos. It is built once; samplers only read it.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "sampling/ids.h"

namespace dg {

class IdentityIndex {
 public:
  /// From the photo lists of the classes: `photos_of_class[c]` are the photos of class c.
  /// Error when a class has no photo (named), when a photo is negative, when there is no class at all.
  explicit IdentityIndex(std::span<const std::vector<PhotoId>> photos_of_class);

  /// From one label per photo: photo i shows class `labels[i]`, one of 0..classes-1.
  /// Error when a label is outside that range (its photo is named) or a class has no photo (named).
  static IdentityIndex from_labels(std::span<const ClassId> labels, ClassId classes);

  /// C, the paper's N_total.
  ClassId classes() const { return static_cast<ClassId>(begin_.size() - 1); }
  /// The number of photos of all classes together.
  std::int64_t photos() const { return static_cast<std::int64_t>(photos_.size()); }
  /// The photos of class `c`, at least one. Error when there is no class `c`.
  std::span<const PhotoId> photos_of(ClassId c) const;

 private:
  // All lists in one array, class after class: class c owns photos_[begin_[c]] up to photos_[begin_[c + 1]].
  std::vector<std::size_t> begin_;
  std::vector<PhotoId> photos_;
};

}  // namespace dg
