#include "data/photo_inspection.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>

#include "data/photo_file.h"
#include "interop/checksum.h"
#include "interop/system_error.h"
#include "tensor/check.h"
#include "tensor/error.h"

namespace dg {
namespace {

constexpr std::int64_t photos_between_reports = 64;

class Inspector {
 public:
  Inspector(const PhotoSet& set, const InspectionOptions& options) : set_(set), options_(options) {
    found_.photos.resize(set.photos.size());
  }

  PhotoInspection run() {
    std::vector<std::thread> helpers;
    for (int i = 1; i < options_.workers; ++i) {
      try {
        helpers.emplace_back([this] { work(); });
      } catch (const std::system_error&) {  // the threads there are do the work
        break;
      }
    }
    work();
    for (std::thread& helper : helpers) helper.join();
    if (failure_) std::rethrow_exception(failure_);
    std::ranges::sort(found_.broken, {}, &PhotoInspection::Broken::photo);
    return std::move(found_);
  }

 private:
  void work() {
    const auto photos = static_cast<PhotoId>(found_.photos.size());
    try {
      for (PhotoId p; (p = next_++) < photos;) inspect(p);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = photos;
    }
  }

  void inspect(PhotoId p) {
    PhotoFacts& facts = found_.photos[static_cast<std::size_t>(p)];
    try {
      const std::vector<std::uint8_t> bytes = read_patiently(*set_.source, p, options_.limits.max_file_bytes);
      facts.checksum = checksum_of_words(std::as_bytes(std::span(bytes)));
      const Image image = decode_photo(bytes, set_.name(p), options_.limits);
      if (const auto& c = options_.crop) {
        require(c->x + c->width <= image.width && c->y + c->height <= image.height, "data.crop",
                "required a photo that holds the box, got {} x {} pixels", image.width, image.height);
      }
      facts.picture = picture_hash(image);
      facts.width = image.width;
      facts.height = image.height;
    } catch (const Unavailable&) {
      throw;
    } catch (const BackendError&) {  // the machine is short of memory: not the photo's fault
      throw;
    } catch (const Error& e) {
      const std::lock_guard lock(mutex_);
      found_.broken.push_back({p, e.what()});
    }
    const std::int64_t done = ++done_;
    if (done % photos_between_reports != 0 && done != std::ssize(found_.photos)) return;
    const std::lock_guard lock(mutex_);
    options_.progress(done);
  }

  const PhotoSet& set_;
  const InspectionOptions& options_;
  PhotoInspection found_;
  std::atomic<PhotoId> next_{0};
  std::atomic<std::int64_t> done_{0};
  std::mutex mutex_;  // of broken photos, failure and reports
  std::exception_ptr failure_;
};

}  // namespace

PhotoInspection inspect_photos(const PhotoSet& set, const InspectionOptions& options) {
  return Inspector(set, options).run();
}

bool is_like_a_scene(const PhotoFacts& photo) {
  constexpr int largest_face = 1000;
  const int longer = std::max(photo.width, photo.height), shorter = std::min(photo.width, photo.height);
  return longer > largest_face || 2 * longer > 3 * shorter;
}

}  // namespace dg
