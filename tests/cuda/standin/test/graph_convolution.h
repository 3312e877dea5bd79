// One convolution through cuDNN's graph API, as short as it goes. Independent of the library's own plans, so
// that the stand-in is tested by something that knows nothing of either.
#pragma once
#include <cudnn.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace dg::standin {

inline void must(cudnnStatus_t status) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char why[512];
  cudnnGetLastErrorString(why, sizeof why);
  throw std::runtime_error(std::string(cudnnGetErrorString(status)) + ": " + why);
}

class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type) { must(cudnnBackendCreateDescriptor(type, &d_)); }
  Descriptor(Descriptor&& other) noexcept : d_(std::exchange(other.d_, nullptr)) {}
  ~Descriptor() {
    if (d_ != nullptr) cudnnBackendDestroyDescriptor(d_);
  }
  cudnnBackendDescriptor_t& get() { return d_; }

  Descriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
                  const void* values) {
    must(cudnnBackendSetAttribute(d_, name, type, count, values));
    return *this;
  }
  Descriptor& integers(cudnnBackendAttributeName_t name, const std::vector<std::int64_t>& values) {
    return set(name, CUDNN_TYPE_INT64, static_cast<std::int64_t>(values.size()), values.data());
  }
  template <class T>
  Descriptor& one(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, T value) {
    return set(name, type, 1, &value);
  }
  Descriptor& link(cudnnBackendAttributeName_t name, Descriptor& other) {
    return one(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, other.d_);
  }
  Descriptor& finalize() {
    must(cudnnBackendFinalize(d_));
    return *this;
  }

 private:
  cudnnBackendDescriptor_t d_ = nullptr;
};

struct GraphGeometry {
  std::int64_t n, h, w, c, k, r, s, out_h, out_w, pad, stride, dilation;
};

// The attributes that the three directions name differently.
struct DirectionNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
};
inline constexpr DirectionNames forward_names = {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
inline constexpr DirectionNames by_input_names = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
inline constexpr DirectionNames by_weight_names = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};

/// A finalised plan of the first engine cuDNN proposes.
class GraphConvolution {
 public:
  GraphConvolution(cudnnHandle_t handle, const DirectionNames& names, const GraphGeometry& g)
      : handle_(handle), plan_(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
    Descriptor x = tensor(1, {g.n, g.c, g.h, g.w}), w = tensor(2, {g.k, g.c, g.r, g.s}),
               y = tensor(3, {g.n, g.k, g.out_h, g.out_w});
    Descriptor convolution(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR), operation(names.type),
        graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR), heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR),
        config(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    convolution.one(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
        .one(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION)
        .integers(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2})
        .integers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {g.pad, g.pad})
        .integers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {g.pad, g.pad})
        .integers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {g.stride, g.stride})
        .integers(CUDNN_ATTR_CONVOLUTION_DILATIONS, {g.dilation, g.dilation})
        .finalize();
    operation.link(names.convolution, convolution).link(names.x, x).link(names.w, w).link(names.y, y);
    operation.one(names.alpha, CUDNN_TYPE_FLOAT, 1.0f).one(names.beta, CUDNN_TYPE_FLOAT, 0.0f).finalize();
    graph.one(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle);
    graph.link(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation).finalize();
    heuristics.link(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
        .one(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, CUDNN_HEUR_MODE_FALLBACK)
        .finalize();
    std::int64_t found = 0;
    must(cudnnBackendGetAttribute(heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                  CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &found, &config.get()));
    plan_.link(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config)
        .one(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle)
        .finalize();
    must(cudnnBackendGetAttribute(plan_.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                                  &found, &workspace_));
  }

  std::size_t workspace() const { return static_cast<std::size_t>(workspace_); }

  cudnnStatus_t run(float* x, float* w, float* y, void* workspace) {
    Descriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    const std::array<void*, 3> data = {x, w, y};
    pack.integers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, {1, 2, 3})
        .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, data.data())
        .one(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace)
        .finalize();
    return cudnnBackendExecute(handle_, plan_.get(), pack.get());
  }

 private:
  static Descriptor tensor(std::int64_t id, const std::array<std::int64_t, 4>& nchw) {
    const auto [n, c, h, w] = nchw;
    Descriptor t(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    t.one(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
        .integers(CUDNN_ATTR_TENSOR_DIMENSIONS, {n, c, h, w})
        .integers(CUDNN_ATTR_TENSOR_STRIDES, {h * w * c, 1, w * c, c})
        .integers(CUDNN_ATTR_TENSOR_UNIQUE_ID, {id})
        .integers(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {16})
        .finalize();
    return t;
  }

  cudnnHandle_t handle_;
  Descriptor plan_;
  std::int64_t workspace_ = 0;
};

}  // namespace dg::standin
