#include "data/loader.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "tensor/check.h"
#include "tensor/process_limits.h"
#include "tensor/stopwatch.h"

namespace dg {
namespace {

// Rows that a worker claims at once: few, so that one batch spreads over all workers, but enough that they
// seldom meet at the lock.
constexpr int rows_at_once = 4;

}  // namespace

Loader::Loader(PhotoStore& store, const LoaderOptions& options) : store_(store), options_(options) {
  require(options.workers >= 0, "loader", "workers must be 0 or more, got {}", options.workers);
  threads_.reserve(static_cast<std::size_t>(options.workers));
  try {
    for (int i = 0; i < options.workers; ++i) threads_.emplace_back([this] { work(); });
    all_reserved_.wait();
  } catch (const std::system_error& e) {
    stop();
    throw BackendError(
        fmt::format("[loader] {} of {} threads could be started: {}; ask for fewer with data.workers",
                    threads_.size(), options.workers, e.code().message()));
  } catch (...) {
    stop();
    throw;
  }
}

Loader::~Loader() { stop(); }

void Loader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_added_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Loader::submit(std::int64_t step, std::vector<PhotoId> photos) {
  {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Batch> batch;
    if (recycled_.empty()) {
      batch = std::make_unique<Batch>();
    } else {
      batch = std::move(recycled_.back());
      recycled_.pop_back();
    }
    batch->step = step;
    batch->asked = std::move(photos);
    batch->used.assign(batch->asked.size(), no_photo);
    batch->pixels.resize(batch->asked.size() * store_.image_bytes());
    batch->claimed = batch->done = 0;
    batch->failed_row = -1;
    batch->failure = nullptr;
    queue_.push_back(std::move(batch));
  }
  work_added_.notify_all();
}

LoadedBatch Loader::take(std::int64_t step) {
  const Stopwatch waiting;
  {
    std::unique_lock lock(mutex_);
    require(!queue_.empty() && queue_.front()->step == step, "loader",
            "the oldest batch submitted must be taken: {}, got {}",
            queue_.empty() ? "there is none" : fmt::format("step {}", queue_.front()->step), step);
    if (taken_) recycled_.push_back(std::move(taken_));
    const Batch& oldest = *queue_.front();
    const auto rows = static_cast<int>(oldest.asked.size());
    while (options_.workers == 0 && oldest.done < rows) claim_and_fill(lock);
    batch_done_.wait(lock, [&] { return oldest.done == rows; });
    taken_ = std::move(queue_.front());
    queue_.pop_front();
  }
  seconds_waited_ += waiting.seconds();
  if (taken_->failure) std::rethrow_exception(taken_->failure);
  store_.account(taken_->asked, taken_->used);
  return {taken_->pixels, taken_->used};
}

void Loader::work() {
  reserve_addresses();
  all_reserved_.count_down();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!claim_and_fill(lock)) work_added_.wait(lock);
  }
}

// Fills the next rows that nobody has claimed, of the oldest batch that has any; the lock is released
// meanwhile. False if there are none.
bool Loader::claim_and_fill(std::unique_lock<std::mutex>& lock) {
  const auto open = std::find_if(queue_.begin(), queue_.end(), [](const auto& batch) {
    return batch->claimed < static_cast<int>(batch->asked.size());
  });
  if (open == queue_.end()) return false;
  Batch& batch = **open;
  const int first = batch.claimed;
  batch.claimed = std::min(first + rows_at_once, static_cast<int>(batch.asked.size()));
  const int end = batch.claimed;
  lock.unlock();
  int failed_row = -1;
  std::exception_ptr failure;
  for (int row = first; row < end && !failure; ++row) {
    try {
      fill(batch, row);
    } catch (...) {
      failed_row = row;
      failure = std::current_exception();
    }
  }
  lock.lock();
  if (failure && (batch.failed_row < 0 || failed_row < batch.failed_row)) {
    batch.failed_row = failed_row;
    batch.failure = failure;
  }
  batch.done += end - first;
  if (batch.done == static_cast<int>(batch.asked.size())) batch_done_.notify_all();
  return true;
}

void Loader::fill(Batch& batch, int row) {
  std::uint8_t* out = batch.pixels.data() + row * store_.image_bytes();
  if (options_.replace_broken) {
    batch.used[row] = store_.load(batch.asked[row], out);
  } else if (store_.try_load(batch.asked[row], out)) {
    batch.used[row] = batch.asked[row];
  } else {
    std::fill_n(out, store_.image_bytes(), std::uint8_t{0});
  }
}

}  // namespace dg
