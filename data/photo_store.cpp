#include "data/photo_store.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "data/photo_file.h"
#include "interop/system_error.h"
#include "tensor/check.h"

namespace dg {

std::string summary(const BrokenPhotos& broken, int most) {
  if (broken.entries.empty()) return "";
  std::string text = fmt::format("{} of {} photos did not decode", broken.entries.size(), broken.asked);
  const std::size_t shown = std::min(broken.entries.size(), static_cast<std::size_t>(std::max(most, 0)));
  for (std::size_t i = 0; i < shown; ++i) text += "\n  " + broken.entries[i].why;
  if (shown < broken.entries.size()) text += fmt::format("\n  and {} more", broken.entries.size() - shown);
  return text;
}

PhotoStore::PhotoStore(const PhotoSet& set, ReplacementLists replacements, const PhotoStoreOptions& options)
    : set_(set),
      replacements_(std::move(replacements)),
      options_(options),
      position_(set.photos.size(), -1),
      cached_(set.photos.size()),
      asked_(set.photos.size()) {
  require(options_.size >= 1, "photo_store", "size must be 1 or more pixels, got {}", options_.size);
  require(options_.memory_bytes >= 0, "photo_store", "the memory limit must be 0 or more bytes, got {}",
          options_.memory_bytes);
  require(replacements_.list_of.size() == set.photos.size(), "photo_store",
          "replacement lists must cover {} photos, got {}", set.photos.size(), replacements_.list_of.size());
  for (int l = 0; l < std::ssize(replacements_.lists); ++l) {
    const std::vector<PhotoId>& list = replacements_.lists[l];
    for (int i = 0; i < std::ssize(list); ++i) {
      if (replacements_.list_of[list[i]] == l) position_[list[i]] = i;
    }
  }
  for (std::size_t p = 0; p < position_.size(); ++p) {
    require(position_[p] >= 0, "photo_store", "photo {} must be in its own replacement list", p);
  }
}

PhotoStore::~PhotoStore() {
  for (const auto& pixels : cached_) delete[] pixels.load();
}

PhotoId PhotoStore::load(PhotoId photo, std::uint8_t* out) {
  if (try_load(photo, out)) return photo;
  const std::vector<PhotoId>& list = replacements_.lists[replacements_.list_of[photo]];
  for (std::size_t step = 1; step < list.size(); ++step) {
    const PhotoId next = list[(position_[photo] + step) % list.size()];
    if (try_load(next, out)) return next;
  }
  const std::lock_guard lock(mutex_);
  const ClassId class_id = set_.photos[photo].class_id;
  throw Error(fmt::format(
      "[photo_store] identity {}: none of the {} photos it can use here decodes, and nothing stands in for "
      "them: mend or remove them{} (doppel check DATA names all that are broken). {}",
      class_id == no_class ? "unknown" : set_.classes[class_id], list.size(),
      options_.crop ? ", or choose another data.crop" : "", reasons_.at(photo)));
}

std::vector<std::uint8_t> PhotoStore::load_all(std::span<const PhotoId> photos) {
  std::vector<std::uint8_t> pixels(photos.size() * image_bytes());
  for (std::size_t i = 0; i < photos.size(); ++i) load(photos[i], pixels.data() + i * image_bytes());
  return pixels;
}

bool PhotoStore::try_load(PhotoId photo, std::uint8_t* out) {
  require(photo >= 0 && photo < std::ssize(cached_), "photo_store", "photo id must be 0..{}, got {}",
          std::ssize(cached_) - 1, photo);
  if (const std::uint8_t* pixels = cached_[photo].load(std::memory_order_acquire)) {
    std::memcpy(out, pixels, image_bytes());
    return true;
  }
  if (is_known_broken(photo)) return false;
  try {
    DecodeLimits limits = options_.limits;
    if (const std::atomic<bool>* stop = stop_) limits.stop = stop;
    resize(
        decode_photo(read_patiently(*set_.source, photo, options_.limits.max_file_bytes, options_.patience),
                     set_.name(photo), limits),
        options_.size, out, options_.crop);
  } catch (const Unavailable&) {
    throw;
  } catch (const BackendError&) {  // the machine is short of memory: not the photo's fault
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const Error& error) {  // not readable, no photo, damaged, too large, or smaller than the crop box
    std::string why = error.what();
    const std::string name = set_.name(photo);
    if (why.find(name) == std::string::npos) why = name + ": " + why;
    const std::lock_guard lock(mutex_);
    reasons_.emplace(photo, std::move(why));
    return false;
  }
  keep(photo, out);
  return true;
}

// Which photos find room depends on the order of the threads; what load() returns does not.
void PhotoStore::keep(PhotoId photo, const std::uint8_t* pixels) {
  const auto bytes = static_cast<std::int64_t>(image_bytes());
  if (cached_bytes_.load(std::memory_order_relaxed) + bytes > options_.memory_bytes) return;
  if (cached_bytes_.fetch_add(bytes) + bytes > options_.memory_bytes) {
    cached_bytes_.fetch_sub(bytes);
    return;
  }
  auto* copy = new (std::nothrow) std::uint8_t[image_bytes()];
  if (copy == nullptr) {  // nothing depends on it being kept
    cached_bytes_.fetch_sub(bytes);
    return;
  }
  std::memcpy(copy, pixels, image_bytes());
  const std::uint8_t* none = nullptr;
  if (!cached_[photo].compare_exchange_strong(none, copy, std::memory_order_acq_rel)) {
    delete[] copy;  // another thread decoded the same photo meanwhile
    cached_bytes_.fetch_sub(bytes);
  }
}

bool PhotoStore::is_known_broken(PhotoId photo) const {
  const std::lock_guard lock(mutex_);
  return reasons_.contains(photo);
}

void PhotoStore::account(std::span<const PhotoId> asked, std::span<const PhotoId> used) {
  require(asked.size() == used.size(), "photo_store",
          "as many photos must be used as asked for, got {} and {}", used.size(), asked.size());
  bool too_many = false;
  {
    const std::lock_guard lock(mutex_);
    const auto ask = [&](PhotoId photo) {
      if (!asked_[photo]) ++asked_count_;
      asked_[photo] = true;
    };
    const std::size_t before = recorded_.size();
    for (std::size_t row = 0; row < asked.size(); ++row) {
      const PhotoId photo = asked[row];
      ask(photo);
      // Every photo of the list from the one asked for to the one before the one used was tried and is
      // broken.
      const std::vector<PhotoId>& list = replacements_.lists[replacements_.list_of[photo]];
      for (std::size_t i = 0; used[row] != photo && i < list.size(); ++i) {
        const PhotoId tried = list[(position_[photo] + i) % list.size()];
        if (tried == used[row]) break;
        const auto reason = reasons_.find(tried);
        require(reason != reasons_.end(), "photo_store", "photo {} was replaced by {}, but {} decodes", photo,
                used[row], tried);
        ask(tried);
        recorded_.insert(*reason);
        if (used[row] == no_photo) break;
      }
    }
    const auto count = static_cast<double>(recorded_.size());
    too_many = recorded_.size() > before && count >= options_.min_broken &&
               count > options_.max_broken_share * static_cast<double>(asked_count_);
  }
  if (too_many) {
    throw Error(
        fmt::format("[photo_store] more photos are broken than data.max_broken = {} allows (doppel check "
                    "DATA names them all; a "
                    "larger data.max_broken goes on, also with --resume): {}",
                    options_.max_broken_share, summary(broken())));
  }
}

BrokenPhotos PhotoStore::broken() const {
  const std::lock_guard lock(mutex_);
  BrokenPhotos result;
  result.asked = asked_count_;
  for (const auto& [photo, why] : recorded_) result.entries.push_back({photo, set_.name(photo), why});
  return result;
}

void report_broken(const PhotoStore& store, const std::function<void(const std::string&)>& note) {
  const std::string text = summary(store.broken());
  if (!text.empty()) note(text);
}

}  // namespace dg
