#include "tests/cuda/standin/streams.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "tests/cuda/standin/device_memory.h"

namespace dg::standin {

namespace {
constexpr std::size_t longest_queue = 1024;  // a driver, too, starts to run what it holds
}

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* const text = std::getenv("DG_STANDIN_SEED");
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  }();
  return value;
}

bool dry() {
  static const bool value = [] {
    const char* const text = std::getenv("DG_STANDIN_DRY");
    return text != nullptr && std::string_view(text) == "1";
  }();
  return value;
}

Device& Device::instance() {
  static auto* const one = new Device;  // leaked, as the memory is
  return *one;
}

Device::Device() : rng(seed()), streams_{std::make_shared<CUstream_st>()} {}

std::shared_ptr<CUstream_st> Device::find(cudaStream_t stream) const {
  if (stream == nullptr || stream == cudaStreamLegacy) return streams_[0];
  for (const auto& s : streams_) {
    if (s.get() == stream && !s->destroyed) return s;
  }
  return nullptr;
}

cudaStream_t Device::create_stream(bool blocking) {
  std::erase_if(streams_, [](const auto& s) { return s->destroyed && s->queue.empty(); });
  auto stream = std::make_shared<CUstream_st>();
  stream->blocking = blocking;
  streams_.push_back(stream);
  return stream.get();
}

void Device::enqueue(const std::shared_ptr<CUstream_st>& stream, std::string name, std::function<void()> run,
                     std::vector<Wait> waits) {
  // The null stream waits for every blocking stream, and every blocking stream for the null stream.
  const auto& null_stream = streams_[0];
  if (stream == null_stream) {
    for (const auto& other : streams_) {
      if (other != stream && other->blocking) waits.push_back({other, other->issued});
    }
  } else if (stream->blocking) {
    waits.push_back({null_stream, null_stream->issued});
  }
  std::erase_if(waits, [](const Wait& w) { return w.stream->done >= w.count; });
  stream->queue.push_back({std::move(name), next_number_++, std::move(waits), std::move(run)});
  ++stream->issued;
  if (stream->queue.size() > longest_queue) {
    run_until([&] { return stream->queue.size() <= longest_queue / 2; });
  }
}

std::vector<CUstream_st*> Device::ready() const {
  std::vector<CUstream_st*> out;
  for (const auto& s : streams_) {
    if (s->queue.empty()) continue;
    const auto& waits = s->queue.front().waits;
    if (std::all_of(waits.begin(), waits.end(), [](const Wait& w) { return w.stream->done >= w.count; })) {
      out.push_back(s.get());
    }
  }
  return out;
}

void Device::run_front(CUstream_st& stream) {
  const QueuedWork work = std::move(stream.queue.front());
  stream.queue.pop_front();
  const Work running{work.name.c_str(), work.number};
  DeviceMemory& memory = DeviceMemory::instance();
  if (!dry()) {
    memory.begin(running);
    work.run();
    memory.end();
  }
  ++stream.done;
}

void Device::run_until(const std::function<bool()>& enough) {
  // One stream runs as far as it can before another gets its turn, or, every second time, they take short
  // turns.
  const bool short_turns = rng.below(2) == 0;
  CUstream_st* turn = nullptr;
  while (!enough()) {
    const auto choice = ready();
    const bool over = short_turns && rng.below(4) == 0;
    if (over || std::find(choice.begin(), choice.end(), turn) == choice.end()) {
      turn = choice[rng.below(choice.size())];
    }
    run_front(*turn);
  }
  DeviceMemory::instance().close();
  if (idle()) DeviceMemory::instance().forget_released();
}

void Device::finish(const CUstream_st& stream) {
  run_until([&] { return stream.queue.empty(); });
}

void Device::finish_all() {
  run_until([&] { return idle(); });
}

void Device::run_one() {
  bool ran = idle();
  run_until([&] { return std::exchange(ran, true); });
}

bool Device::idle() const {
  return std::all_of(streams_.begin(), streams_.end(), [](const auto& s) { return s->queue.empty(); });
}

}  // namespace dg::standin
