// The CUDA runtime on the stand-in: streams and events.
#include <set>

#include "tests/cuda/standin/runtime.h"

using namespace dg::standin;

namespace {

std::set<cudaEvent_t>& live_events() {  // under Device::mutex
  static auto* const all = new std::set<cudaEvent_t>;
  return *all;
}

// Runs `action` on a live stream (event) with the device locked.
template <class Action>
cudaError_t on_stream(cudaStream_t stream, Action action) {
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  const auto found = device.find(stream);
  return found == nullptr ? failed(cudaErrorInvalidResourceHandle) : action(device, found);
}

template <class Action>
cudaError_t on_event(cudaEvent_t event, Action action) {
  Device& device = Device::instance();
  const std::lock_guard lock(device.mutex);
  if (!live_events().contains(event)) return failed(cudaErrorInvalidResourceHandle);
  return action(device);
}

}  // namespace

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const std::lock_guard lock(Device::instance().mutex);
  *stream = Device::instance().create_stream((flags & cudaStreamNonBlocking) == 0);
  return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

// What is queued is still done, as on hardware.
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return on_stream(stream, [&](Device&, const auto& s) {
    if (stream == nullptr) return failed(cudaErrorInvalidResourceHandle);
    s->destroyed = true;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return on_stream(stream, [](Device& device, const auto& s) {
    device.finish(*s);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return on_stream(stream, [](Device& device, const auto& s) {
    device.run_one();
    return s->queue.empty() ? cudaSuccess : failed(cudaErrorNotReady);
  });
}

cudaError_t cudaDeviceSynchronize() {
  const std::lock_guard lock(Device::instance().mutex);
  Device::instance().finish_all();
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return on_stream(stream, [&](Device& device, const auto& s) {
    if (!live_events().contains(event)) return failed(cudaErrorInvalidResourceHandle);
    if (!event->done()) device.enqueue(s, "wait for an event", [] {}, {{event->stream, event->count}});
    return cudaSuccess;
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  const std::lock_guard lock(Device::instance().mutex);
  *event = new CUevent_st;
  (*event)->timing = (flags & cudaEventDisableTiming) == 0;
  live_events().insert(*event);
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return on_event(event, [&](Device&) {
    live_events().erase(event);
    delete event;
    return cudaSuccess;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return on_stream(stream, [&](Device& device, const auto& s) {
    if (!live_events().contains(event)) return failed(cudaErrorInvalidResourceHandle);
    const auto reached = std::make_shared<std::chrono::steady_clock::time_point>();
    device.enqueue(s, "event", [reached] { *reached = std::chrono::steady_clock::now(); });
    event->reached = reached;
    event->stream = s;
    event->count = s->issued;
    return cudaSuccess;
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return on_event(event, [&](Device& device) {
    device.run_until([&] { return event->done(); });
    return cudaSuccess;
  });
}

// NotReady also stays behind for cudaGetLastError, as on hardware. A host that asks again and again must see
// the device get on.
cudaError_t cudaEventQuery(cudaEvent_t event) {
  return on_event(event, [&](Device& device) {
    if (!event->done()) device.run_one();
    return event->done() ? cudaSuccess : failed(cudaErrorNotReady);
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return on_event(start, [&](Device&) {
    if (!live_events().contains(end) || !start->timing || !end->timing || !start->stream || !end->stream) {
      return failed(cudaErrorInvalidResourceHandle);
    }
    if (!start->done() || !end->done()) return failed(cudaErrorNotReady);
    *milliseconds = std::chrono::duration<float, std::milli>(*end->reached - *start->reached).count();
    return cudaSuccess;
  });
}

}  // extern "C"
