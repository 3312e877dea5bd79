// Batches of decoded photos, prepared ahead by worker threads. The caller plans every batch (which photos, in
// which order), so the threads' timing can change when a batch is ready, never what is in it.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <latch>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "data/photo_store.h"

namespace dg {

struct LoaderOptions {
  int workers = 1;  // threads; with 0, take() does the work itself
  bool replace_broken =
      true;  // false: the row of a photo that does not decode is zeros (evaluation skips it)
};

/// A batch of M photos. Valid until the next take().
struct LoadedBatch {
  std::span<const std::uint8_t> pixels;  // [M, size, size, 3]
  std::span<const PhotoId> photos;       // which photo each row really is; no_photo where replace_broken is
                                         // false and the photo asked for does not decode
};

class Loader {
 public:
  /// `store` must outlive the loader. Error if workers < 0, BackendError if the system gives fewer threads.
  Loader(PhotoStore& store, const LoaderOptions& options);
  /// Drops what was not taken.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Queues the batch of a step. Every batch that was submitted and not taken uses memory, so the caller
  /// should stay only a few steps ahead.
  void submit(std::int64_t step, std::vector<PhotoId> photos);

  /// Waits for the batch of `step`, which must be the oldest not yet taken (else Error), and records its
  /// broken photos (PhotoStore::account). Throws what a worker threw for the batch, for its lowest row if
  /// there were several, or the error of account; the batch is then gone.
  LoadedBatch take(std::int64_t step);

  /// Seconds spent in take() so far, waiting or, without workers, decoding: what the input costs the run.
  double seconds_waited() const { return seconds_waited_; }

 private:
  struct Batch {
    std::int64_t step = 0;
    std::vector<PhotoId> asked, used;
    std::vector<std::uint8_t> pixels;
    int claimed = 0, done = 0;  // rows; guarded by mutex_
    int failed_row = -1;        // lowest row that threw, guarded by mutex_
    std::exception_ptr failure;
  };

  void stop();
  void work();
  bool claim_and_fill(std::unique_lock<std::mutex>& lock);
  void fill(Batch& batch, int row);

  PhotoStore& store_;
  const LoaderOptions options_;
  std::latch all_reserved_{std::max(0, options_.workers)};  // the workers' addresses
  std::mutex mutex_;
  std::condition_variable work_added_, batch_done_;
  std::deque<std::unique_ptr<Batch>> queue_;      // in the order of submit
  std::vector<std::unique_ptr<Batch>> recycled_;  // buffers to use again
  std::unique_ptr<Batch> taken_;                  // what the caller is looking at
  bool stopping_ = false;
  double seconds_waited_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace dg
