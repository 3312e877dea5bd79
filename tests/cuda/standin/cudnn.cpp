// cuDNN on the stand-in. The real library describes, checks and plans, for a GPU that is described to it in
// place of the handle's; only the handle and the execution are ours.
#include <cudnn.h>
#include <dlfcn.h>

#include <cstring>
#include <exception>
#include <map>
#include <set>
#include <vector>

#include "tests/cuda/standin/cudnn_plan.h"
#include "tests/cuda/standin/report.h"
#include "tests/cuda/standin/runtime.h"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace dg::standin {
namespace {

// An H100 SXM as cuDNN's device property descriptor writes it.
constexpr char described_gpu[] = R"({"deviceName":"NVIDIA H100 80GB HBM3","deviceVer":900,"driverVer":13000,
"maxGridSize":[2147483647,65535,65535],"maxBlockSize":[1024,1024,64],"regsPerBlock":65536,
"multiProcessorCount":132,"smClockRateKHz":1980000,"memClockRateKHz":2619000,"l2CacheSize":52428800,
"warpSize":32,"maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":232448,
"reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,"pciDeviceId":0,"maxCtasPerSM":32,
"maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"isTccDriver":0,"supportCoopLaunch":1,
"totalGlobalMem":85899345920,"cudaDeviceId":0})";

// What cuDNN lets one set but not read.
struct VariantPack {
  std::vector<std::int64_t> ids;
  std::vector<void*> pointers;
  void* workspace = nullptr;
  void* pointer(std::int64_t id) const {
    for (std::size_t i = 0; i < ids.size() && i < pointers.size(); ++i) {
      if (ids[i] == id) return pointers[i];
    }
    return nullptr;
  }
};

struct State {
  std::set<cudnnHandle_t> handles;
  std::map<cudnnBackendDescriptor_t, VariantPack> packs;
  std::map<cudnnBackendDescriptor_t, cudnnHandle_t> targets;  // graphs and plans that were given a handle
};

State& state() {  // under Device::mutex
  static auto* const one = new State;
  return *one;
}

template <class Function>
Function* real(const char* name, Function*) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) report("libcudnn has no {}", name);
  return reinterpret_cast<Function*>(found);
}

cudnnStatus_t really_set(cudnnBackendDescriptor_t d, cudnnBackendAttributeName_t name,
                         cudnnBackendAttributeType_t type, std::int64_t count, const void* values) {
  static auto* const function = real("cudnnBackendSetAttribute", &cudnnBackendSetAttribute);
  return function(d, name, type, count, values);
}

cudnnBackendDescriptor_t gpu() {
  static const cudnnBackendDescriptor_t one = [] {
    cudnnBackendDescriptor_t d = nullptr;
    const bool made =
        cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &d) == CUDNN_STATUS_SUCCESS &&
        really_set(d, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, sizeof described_gpu - 1,
                   described_gpu) == CUDNN_STATUS_SUCCESS &&
        cudnnBackendFinalize(d) == CUDNN_STATUS_SUCCESS;
    if (!made) report("cuDNN does not take the description of the GPU");
    return d;
  }();
  return one;
}

cudnnStatus_t describe_gpu_to(cudnnBackendDescriptor_t d, cudnnBackendAttributeName_t name) {
  const cudnnBackendDescriptor_t properties = gpu();
  return really_set(d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &properties);
}

// A handle becomes the described GPU; the stand-in remembers that it was given.
cudnnStatus_t set_handle(cudnnBackendDescriptor_t d, cudnnBackendAttributeName_t name, const void* values) {
  cudnnHandle_t handle = nullptr;
  std::memcpy(&handle, values, sizeof handle);
  if (!state().handles.contains(handle)) return CUDNN_STATUS_BAD_PARAM;
  state().targets[d] = handle;
  if (name == CUDNN_ATTR_OPERATIONGRAPH_HANDLE) return CUDNN_STATUS_SUCCESS;  // a graph needs no GPU
  return describe_gpu_to(d, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
}

cudnnStatus_t set_graph_of_heuristics(cudnnBackendDescriptor_t d, cudnnBackendAttributeType_t type,
                                      std::int64_t count, const void* values) {
  cudnnBackendDescriptor_t graph = nullptr;
  std::memcpy(&graph, values, sizeof graph);
  const cudnnStatus_t status = really_set(d, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, type, count, values);
  if (status != CUDNN_STATUS_SUCCESS || !state().targets.contains(graph)) return status;
  return describe_gpu_to(d, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
}

bool range_is_fine(const VariantPack& pack, const DescribedTensor& t, std::int64_t size, const char* what) {
  const void* const data = pack.pointer(t.id);
  if (reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(t.alignment) != 0) {
    note("cudnnBackendExecute: {} is not aligned to {} bytes", what, t.alignment);
    return false;
  }
  return on_device(data, static_cast<std::size_t>(size) * sizeof(float), "cudnnBackendExecute", what);
}

cudnnStatus_t execute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                      cudnnBackendDescriptor_t variant_pack) {
  if (!state().handles.contains(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  const auto target = state().targets.find(plan);
  const auto given = state().packs.find(variant_pack);
  if (target == state().targets.end() || target->second != handle || given == state().packs.end()) {
    note("cudnnBackendExecute: the plan was not made for this handle, or there is no variant pack");
    return CUDNN_STATUS_BAD_PARAM;
  }
  const VariantPack& pack = given->second;
  const DescribedPlan described = describe(plan);
  const Convolution& g = described.convolution;
  if (!range_is_fine(pack, described.x, g.x_size(), "x") ||
      !range_is_fine(pack, described.w, g.w_size(), "w") ||
      !range_is_fine(pack, described.y, g.y_size(), "y") ||
      !on_device(pack.workspace, static_cast<std::size_t>(described.workspace), "cudnnBackendExecute",
                 "the workspace")) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  const auto stream = Device::instance().find(handle->stream);
  if (stream == nullptr) return CUDNN_STATUS_BAD_PARAM;
  auto *const x = static_cast<float*>(pack.pointer(described.x.id)),
              *const w = static_cast<float*>(pack.pointer(described.w.id)),
              *const y = static_cast<float*>(pack.pointer(described.y.id));
  Device::instance().enqueue(stream, "cudnnBackendExecute", [=, workspace = pack.workspace] {
    if (described.workspace > 0) std::memset(workspace, 0xFF, static_cast<std::size_t>(described.workspace));
    convolve(described.convolution, x, w, y);
  });
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace
}  // namespace dg::standin

using namespace dg::standin;

extern "C" {

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  const std::lock_guard lock(Device::instance().mutex);
  *handle = new cudnnContext;
  state().handles.insert(*handle);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  const std::lock_guard lock(Device::instance().mutex);
  if (state().handles.erase(handle) == 0) return CUDNN_STATUS_NOT_INITIALIZED;
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  const std::lock_guard lock(Device::instance().mutex);
  if (!state().handles.contains(handle)) return CUDNN_STATUS_NOT_INITIALIZED;
  if (Device::instance().find(stream) == nullptr) return CUDNN_STATUS_BAD_PARAM;
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t d, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* values) {
  const std::lock_guard lock(Device::instance().mutex);
  const auto copied = [&](auto& out) {
    out.resize(static_cast<std::size_t>(count));
    std::memcpy(out.data(), values, out.size() * sizeof out[0]);
  };
  switch (name) {
    case CUDNN_ATTR_OPERATIONGRAPH_HANDLE:
    case CUDNN_ATTR_EXECUTION_PLAN_HANDLE:
      return set_handle(d, name, values);
    case CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH:
      return set_graph_of_heuristics(d, type, count, values);
    case CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS:
      copied(state().packs[d].ids);
      break;
    case CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS:
      copied(state().packs[d].pointers);
      break;
    case CUDNN_ATTR_VARIANT_PACK_WORKSPACE:
      std::memcpy(&state().packs[d].workspace, values, sizeof(void*));
      break;
    default:
      break;
  }
  return really_set(d, name, type, count, values);
}

// A descriptor's address may be used again: nothing of the old one may stay.
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t d) {
  static auto* const function = real("cudnnBackendDestroyDescriptor", &cudnnBackendDestroyDescriptor);
  const std::lock_guard lock(Device::instance().mutex);
  state().packs.erase(d);
  state().targets.erase(d);
  return function(d);
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t variant_pack) {
  const std::lock_guard lock(Device::instance().mutex);
  try {
    return execute(handle, plan, variant_pack);
  } catch (const std::exception& e) {
    note("cudnnBackendExecute: {}", e.what());
    return CUDNN_STATUS_NOT_SUPPORTED;
  }
}

}  // extern "C"
