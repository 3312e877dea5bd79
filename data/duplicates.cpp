#include "data/duplicates.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace dg {
namespace {

// Sets that are joined: each photo points to another one of its set, in the end to the same one.
class Sets {
 public:
  explicit Sets(std::size_t size) : to_(size) { std::iota(to_.begin(), to_.end(), PhotoId{0}); }

  PhotoId find(PhotoId p) {
    while (at(p) != p) p = at(p) = at(at(p));
    return p;
  }
  void join(PhotoId a, PhotoId b) {
    const auto [first, second] = std::minmax({find(a), find(b)});
    at(second) = first;
  }

 private:
  PhotoId& at(PhotoId p) { return to_[static_cast<std::size_t>(p)]; }
  std::vector<PhotoId> to_;
};

const PhotoFacts& at(const std::vector<PhotoFacts>& photos, PhotoId p) {
  return photos[static_cast<std::size_t>(p)];
}

// Sorts `places` by `key` and joins those of equal keys. Returns one of each.
template <class Key>
std::vector<PhotoId> join_equal(Sets& sets, std::vector<PhotoId> places, const Key& key) {
  std::ranges::sort(places, {}, [&](PhotoId p) { return std::pair(key(p), p); });
  std::vector<PhotoId> different;
  for (const PhotoId p : places) {
    if (!different.empty() && key(different.back()) == key(p)) {
      sets.join(different.back(), p);
    } else {
      different.push_back(p);
    }
  }
  return different;
}

DuplicateGroup group_of(std::vector<PhotoId> members, const PhotoSet& set,
                        const std::vector<PhotoFacts>& photos) {
  DuplicateGroup group{.photos = std::move(members), .same_bytes = true};
  const PhotoId first = group.photos[0];
  for (const PhotoId p : group.photos) {
    group.same_bytes &= at(photos, p).checksum == at(photos, first).checksum;
    group.under_two_names |= set.photos[static_cast<std::size_t>(p)].class_id !=
                             set.photos[static_cast<std::size_t>(first)].class_id;
  }
  return group;
}

}  // namespace

std::vector<DuplicateGroup> find_duplicates(const PhotoSet& set, const std::vector<PhotoFacts>& photos) {
  std::vector<PhotoId> good, hashed;
  for (PhotoId p = 0; p < std::ssize(photos); ++p) {
    if (at(photos, p).good()) good.push_back(p);
    if (at(photos, p).picture) hashed.push_back(p);
  }
  Sets sets(photos.size());
  join_equal(sets, good, [&](PhotoId p) { return at(photos, p).checksum; });
  const std::vector<PhotoId> pictures =
      join_equal(sets, std::move(hashed), [&](PhotoId p) { return *at(photos, p).picture; });
  std::vector<PictureHash> hashes;
  for (const PhotoId p : pictures) hashes.push_back(*at(photos, p).picture);
  near_pairs(hashes, [&](std::size_t a, std::size_t b) { sets.join(pictures[a], pictures[b]); });

  // Sets next to each other, each in the order of its photos.
  std::ranges::sort(good, {}, [&](PhotoId p) { return std::pair(sets.find(p), p); });
  std::vector<DuplicateGroup> groups;
  for (auto begin = good.begin(); begin != good.end();) {
    const auto end =
        std::find_if(begin, good.end(), [&](PhotoId p) { return sets.find(p) != sets.find(*begin); });
    if (end - begin > 1) groups.push_back(group_of({begin, end}, set, photos));
    begin = end;
  }
  std::stable_partition(groups.begin(), groups.end(), std::mem_fn(&DuplicateGroup::under_two_names));
  return groups;
}

}  // namespace dg
