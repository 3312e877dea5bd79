#include "tests/cuda/standin/thread_block.h"

#include <array>
#include <memory>
#include <numeric>
#include <vector>

#include "tests/cuda/standin/fibre.h"
#include "tests/cuda/standin/report.h"

namespace dg::standin {
namespace {

constexpr unsigned warp = 32, most_threads = 1024;

std::vector<unsigned> shuffled(unsigned n, Rng& rng) {
  std::vector<unsigned> order(n);
  std::iota(order.begin(), order.end(), 0u);
  for (unsigned i = n; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

// A walk through a fixed random order that starts elsewhere and runs either way each time: one draw instead
// of one per thread.
class Walk {
 public:
  Walk(unsigned n, Rng& rng)
      : n_(n), at_(static_cast<unsigned>(rng.below(n))), step_(rng.below(2) == 0 ? 1 : n - 1) {}
  unsigned next() { return at_ = at_ + step_ < n_ ? at_ + step_ : at_ + step_ - n_; }

 private:
  unsigned n_, at_, step_;
};

struct Parked {
  std::unique_ptr<Fibre> fibre;
  unsigned thread = 0;
  bool waits = false;
  std::source_location line;
};

// One block at a time on the whole device.
class Block {
 public:
  void run(unsigned threads, const std::vector<unsigned>& order, const std::function<void()>& thread,
           Rng& rng);
  void park(std::source_location line);
  std::array<float, most_threads> exchange{};

 private:
  static void fibre_body();
  void work();
  void resume(std::size_t parked);
  bool at_barrier() const;

  const std::function<void()>* thread_ = nullptr;
  const std::vector<unsigned>* order_ = nullptr;
  Walk* first_pass_ = nullptr;
  unsigned threads_ = 0, started_ = 0;
  std::vector<Parked> parked_;  // of this block: the first `used_`
  std::size_t used_ = 0, running_ = 0;
};

Block& block() {
  static auto* const one = new Block;  // leaked: its fibres never return
  return *one;
}

void Block::fibre_body() {
  for (;;) {
    block().work();
    block().parked_[block().running_].fibre->suspend();
  }
}

// Threads that have not started yet, one after another, as long as none of them parks.
void Block::work() {
  while (started_ < threads_) {
    ++started_;
    Parked& self = parked_[running_];
    self.thread = (*order_)[first_pass_->next()];
    threadIdx = {self.thread, 0, 0};
    (*thread_)();
  }
}

void Block::resume(std::size_t parked) {
  running_ = parked;
  parked_[parked].waits = false;
  threadIdx = {parked_[parked].thread, 0, 0};
  parked_[parked].fibre->resume();
}

void Block::park(std::source_location line) {
  Parked& self = parked_[running_];
  self.waits = true;
  self.line = line;
  self.fibre->suspend();
}

// All threads wait at one barrier (true), or all are through (false); anything else is reported.
bool Block::at_barrier() const {
  std::size_t waiting = 0;
  const Parked* one = nullptr;
  for (std::size_t i = 0; i < used_; ++i) {
    if (!parked_[i].waits) continue;
    ++waiting;
    if (one != nullptr && one->line.line() != parked_[i].line.line()) {
      report("threads {} and {} of a block wait at different barriers: {}:{} and line {}", one->thread,
             parked_[i].thread, one->line.file_name(), one->line.line(), parked_[i].line.line());
    }
    one = &parked_[i];
  }
  if (waiting != 0 && waiting != threads_) {
    report("{} of the {} threads of a block never come to the barrier at {}:{}", threads_ - waiting, threads_,
           one->line.file_name(), one->line.line());
  }
  return waiting != 0;
}

void Block::run(unsigned threads, const std::vector<unsigned>& order, const std::function<void()>& thread,
                Rng& rng) {
  Walk walk(threads, rng);
  thread_ = &thread;
  order_ = &order;
  first_pass_ = &walk;
  threads_ = threads;
  started_ = 0;
  used_ = 0;
  while (started_ < threads_) {
    if (used_ == parked_.size()) {
      parked_.emplace_back();
      parked_.back().fibre = std::make_unique<Fibre>(&Block::fibre_body);
    }
    resume(used_++);
  }
  while (at_barrier()) {
    Walk turn(threads, rng);
    for (unsigned i = 0; i < threads; ++i) resume(order[turn.next()]);
  }
}

}  // namespace

void run_grid(unsigned blocks, unsigned threads, const std::function<void()>& thread, Rng& rng) {
  const std::vector<unsigned> block_order = shuffled(blocks, rng), thread_order = shuffled(threads, rng);
  gridDim = dim3(blocks);
  blockDim = dim3(threads);
  for (const unsigned b : block_order) {
    blockIdx = {b, 0, 0};
    block().run(threads, thread_order, thread, rng);
  }
}

void barrier(std::source_location line) { block().park(line); }

float shuffle_down(float value, unsigned distance, std::source_location line) {
  const unsigned thread = threadIdx.x, lane = thread % warp;
  block().exchange[thread] = value;
  barrier(line);
  const bool inside = lane + distance < warp && thread + distance < blockDim.x;
  const float got = inside ? block().exchange[thread + distance] : value;
  barrier(line);
  return got;
}

}  // namespace dg::standin
