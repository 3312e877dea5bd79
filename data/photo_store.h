// Photos by id, decoded and resized to the network's input, as many of them kept in memory as a limit allows.
// A photo that does not decode is replaced by the next one of its replacement list that does, so what load()
// gives depends on the files alone, never on which thread came first.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/decode_limits.h"
#include "data/photo_set.h"
#include "data/resize.h"
#include "data/split.h"

namespace dg {

struct PhotoStoreOptions {
  int size = 0;                                // pixels a side of the result
  std::optional<CropBox> crop = std::nullopt;  // of the upright photo, before resizing
  std::int64_t memory_bytes = 0;               // for decoded photos; all others are decoded every time
  double max_broken_share = 0.1;  // account() stops the run when a larger share of the photos ...
  int min_broken = 20;            // ... asked for so far is broken, and at least this many
  DecodeLimits limits = {};
  Patience patience = {};
};

/// The photos that did not decode, in the order of their ids.
struct BrokenPhotos {
  struct Entry {
    PhotoId photo = 0;
    std::string name, why;
  };
  std::vector<Entry> entries;
  std::int64_t asked = 0;  // distinct photos asked for so far
};

/// "3 of 1200 photos did not decode", then up to `most` lines with the photo's name and the reason. Empty if
/// none is broken.
std::string summary(const BrokenPhotos& broken, int most = 5);

class PhotoStore {
 public:
  /// `set` must outlive the store. Error if size < 1, the memory limit is negative or `replacements` is not
  /// for `set`.
  PhotoStore(const PhotoSet& set, ReplacementLists replacements, const PhotoStoreOptions& options);
  ~PhotoStore();
  PhotoStore(const PhotoStore&) = delete;
  PhotoStore& operator=(const PhotoStore&) = delete;

  const PhotoSet& photo_set() const { return set_; }
  int size() const { return options_.size; }
  std::size_t image_bytes() const { return static_cast<std::size_t>(options_.size) * options_.size * 3; }

  /// Writes photo [size, size, 3] to `out`; returns the id of the photo it really is. Thread-safe.
  /// Error, naming the identity, if nothing in the photo's replacement list decodes.
  PhotoId load(PhotoId photo, std::uint8_t* out);

  /// The same for several: [photos, size, size, 3].
  std::vector<std::uint8_t> load_all(std::span<const PhotoId> photos);

  /// The photo itself or nothing: false, and `out` untouched, if it does not decode. Unavailable if it cannot
  /// be read for a reason that is not the photo's, again and again. Thread-safe.
  bool try_load(PhotoId photo, std::uint8_t* out);

  /// From now on, decoding ends with Stopped once `stop` is set (DecodeLimits::stop).
  void stop_when(const std::atomic<bool>* stop) { stop_ = stop; }

  /// Records which photos were asked for and which were used in their places (no_photo: none), one of each
  /// per row. Call it in the order of the batches, not of the threads, so that the report and the stop below
  /// come at the same step in every run. Error, with the summary, if more than the allowed share of the
  /// photos asked for is broken.
  void account(std::span<const PhotoId> asked, std::span<const PhotoId> used);

  /// The broken photos recorded so far.
  BrokenPhotos broken() const;

  std::int64_t cached_bytes() const { return cached_bytes_.load(); }

 private:
  bool is_known_broken(PhotoId photo) const;
  void keep(PhotoId photo, const std::uint8_t* pixels);

  const PhotoSet& set_;
  const ReplacementLists replacements_;
  const PhotoStoreOptions options_;
  std::vector<int> position_;                             // of each photo in its replacement list
  std::vector<std::atomic<const std::uint8_t*>> cached_;  // owned; null: not in memory
  std::atomic<std::int64_t> cached_bytes_{0};
  std::atomic<const std::atomic<bool>*> stop_{nullptr};

  mutable std::mutex mutex_;                 // guards what follows
  std::map<PhotoId, std::string> reasons_;   // of every photo found broken so far
  std::vector<bool> asked_;                  // recorded by account()
  std::map<PhotoId, std::string> recorded_;  // the broken ones among them
  std::int64_t asked_count_ = 0;
};

/// Tells `note` the summary of the broken photos, if there are any.
void report_broken(const PhotoStore& store, const std::function<void(const std::string&)>& note);

}  // namespace dg
