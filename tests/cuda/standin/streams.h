// Streams and events of the stand-in. Work only waits in queues until someone waits for it; then a seeded
// choice between the streams decides what runs before what, within the order that streams and events ask for.
// So a missing synchronisation and a missing event both show. DG_STANDIN_SEED chooses the order (0 by
// default).
#pragma once
#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tensor/rng.h"

namespace dg::standin {

struct Wait {
  std::shared_ptr<CUstream_st> stream;
  std::uint64_t count;  // pieces of work that must be done there
};

struct QueuedWork {
  std::string name;
  std::uint64_t number;  // in the order of enqueueing, over all streams
  std::vector<Wait> waits;
  std::function<void()> run;
};

}  // namespace dg::standin

// The types behind NVIDIA's handles are ours to define.
struct CUstream_st {
  bool blocking = true;  // orders itself with the null stream
  bool destroyed = false;
  std::uint64_t issued = 0, done = 0;
  std::deque<dg::standin::QueuedWork> queue;
};

struct CUevent_st {
  bool timing = true;
  std::shared_ptr<CUstream_st> stream;  // null until recorded
  std::uint64_t count = 0;
  std::shared_ptr<std::chrono::steady_clock::time_point> reached;
  bool done() const { return stream == nullptr || stream->done >= count; }
};

namespace dg::standin {

class Device {
 public:
  static Device& instance();

  std::recursive_mutex mutex;  // held by every function of the API
  Rng rng;

  /// nullptr unless `stream` is the null stream or a live one.
  std::shared_ptr<CUstream_st> find(cudaStream_t stream) const;
  cudaStream_t create_stream(bool blocking);

  /// Adds work to a stream of find(); `waits` come on top of the stream's own order.
  void enqueue(const std::shared_ptr<CUstream_st>& stream, std::string name, std::function<void()> run,
               std::vector<Wait> waits = {});
  /// Runs waiting work of any stream until `enough()`.
  void run_until(const std::function<bool()>& enough);
  void finish(const CUstream_st& stream);
  void finish_all();
  /// Runs at most one piece, as time that goes by.
  void run_one();
  bool idle() const;
  /// The number the next piece of work will get.
  std::uint64_t next_number() const { return next_number_; }

 private:
  Device();
  std::vector<CUstream_st*> ready() const;
  void run_front(CUstream_st& stream);

  std::vector<std::shared_ptr<CUstream_st>> streams_;  // the null stream first
  std::uint64_t next_number_ = 1;
};

/// The value of DG_STANDIN_SEED.
std::uint64_t seed();
/// DG_STANDIN_DRY=1: device work is checked when it is given and then forgotten. Memory is handed out but
/// never touched, so the memory that a setting needs can be counted on a machine that does not have it
/// (docs/gpu.md).
bool dry();

}  // namespace dg::standin
