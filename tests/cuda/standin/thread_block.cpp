#include "tests/cuda/standin/thread_block.h"

#include <array>
#include <numeric>
#include <optional>
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

// One block at a time on the whole device. Threads that have not started are run one after another by the
// running fibre; a thread that parks gives the word to the next fibre, and the last one to end to the host.
class Block {
 public:
  void run(unsigned threads, const std::vector<unsigned>& order, const std::function<void()>& thread,
           Rng& rng);
  void park(std::source_location line);
  /// The host's thread that calls run() from now on is this one.
  void enter_host() { host_ = Context::host(); }
  std::array<float, most_threads> exchange{};

 private:
  struct Fibre {
    Context context;
    unsigned thread;
  };
  static void fibre_body();
  void start_threads();
  void go_on();
  void next_interval();

  std::vector<Fibre> fibres_;
  Fibre* running_ = nullptr;
  Context host_;
  // of this block
  const std::function<void()>* thread_ = nullptr;
  const std::vector<unsigned>* order_ = nullptr;
  Rng* rng_ = nullptr;
  std::optional<Walk> walk_;
  unsigned threads_ = 0, started_ = 0, waiting_ = 0, to_resume_ = 0;
  std::size_t used_ = 0;  // fibres
  unsigned first_waiting_ = 0;
  std::source_location line_;
};

Block& block() {
  static auto* const one = new Block;  // leaked: its fibres never return
  return *one;
}

void Block::fibre_body() {
  Context::arrived();
  for (;;) {
    block().start_threads();
    block().go_on();
  }
}

void Block::start_threads() {
  while (started_ < threads_) {
    ++started_;
    running_->thread = (*order_)[walk_->next()];
    threadIdx = {running_->thread, 0, 0};
    (*thread_)();
  }
}

void Block::park(std::source_location line) {
  if (waiting_++ == 0) {
    line_ = line;
    first_waiting_ = running_->thread;
  } else if (line.line() != line_.line()) {
    report("threads {} and {} of a block wait at different barriers, {}:{} and line {}", first_waiting_,
           running_->thread, line_.file_name(), line_.line(), line.line());
  }
  go_on();
}

// All threads wait at one barrier, or all are through; anything else is reported.
void Block::next_interval() {
  if (waiting_ == 0) return;
  if (waiting_ != threads_) {
    report("{} of the {} threads of a block never come to the barrier at {}:{}", threads_ - waiting_,
           threads_, line_.file_name(), line_.line());
  }
  waiting_ = 0;
  to_resume_ = threads_;
  walk_.emplace(threads_, *rng_);
}

// Leaves the running fibre; returns when it is its turn again.
void Block::go_on() {
  Fibre* const self = running_;
  if (started_ == threads_ && to_resume_ == 0) next_interval();
  if (started_ < threads_) {
    if (used_ == fibres_.size()) {
      fibres_.push_back({Context::fibre(&Block::fibre_body, static_cast<unsigned>(used_)), 0});
    }
    running_ = &fibres_[used_++];
  } else if (to_resume_ > 0) {
    --to_resume_;
    running_ = &fibres_[(*order_)[walk_->next()]];
    threadIdx = {running_->thread, 0, 0};
  } else {
    self->context.switch_to(host_);
    return;
  }
  if (running_ != self) self->context.switch_to(running_->context);
}

void Block::run(unsigned threads, const std::vector<unsigned>& order, const std::function<void()>& thread,
                Rng& rng) {
  thread_ = &thread;
  order_ = &order;
  rng_ = &rng;
  walk_.emplace(threads, rng);
  threads_ = threads;
  started_ = waiting_ = to_resume_ = 0;
  if (fibres_.empty()) {
    fibres_.reserve(most_threads);  // their addresses must last
    fibres_.push_back({Context::fibre(&Block::fibre_body, 0), 0});
  }
  used_ = 1;
  running_ = &fibres_[0];
  host_.switch_to(running_->context);
}

}  // namespace

void run_grid(unsigned blocks, unsigned threads, const std::function<void()>& thread, Rng& rng) {
  const std::vector<unsigned> block_order = shuffled(blocks, rng), thread_order = shuffled(threads, rng);
  block().enter_host();
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
