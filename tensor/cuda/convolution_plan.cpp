#include "tensor/cuda/convolution_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>

#include "tensor/check.h"

namespace dg::cuda {

static_assert(std::is_same_v<Real, float>, "cuDNN is served in float32 only");

const char* name(ConvPass pass) {
  constexpr std::array names = {"forward", "by input", "by weight"};
  return names[static_cast<std::size_t>(pass)];
}

std::string EngineNotes::str() const {
  std::vector<const char*> words;
  if (tensor_core) words.push_back("tensor core");
  if (down_convert_inputs) words.push_back("rounds inputs down");
  if (reduced_precision_reduction) words.push_back("sums in low precision");
  if (winograd) words.push_back("winograd");
  if (fft) words.push_back("fft");
  if (nondeterministic) words.push_back("nondeterministic");
  if (runtime_compilation) words.push_back("compiled at run time");
  return words.empty() ? fmt::format("engine {}", engine)
                       : fmt::format("engine {} ({})", engine, fmt::join(words, ", "));
}

std::string objection(const EngineNotes& notes, const CudaPolicy& policy) {
  if (notes.down_convert_inputs) return "rounds its inputs below TF32";
  if (notes.reduced_precision_reduction) return "sums below float32";
  if (policy.deterministic && notes.nondeterministic) return "is not deterministic";
  if (!policy.tf32 && notes.tensor_core) return "multiplies on tensor cores, and the policy is strict";
  if (!policy.tf32 && (notes.winograd || notes.fft)) return "transforms its inputs, and the policy is strict";
  return "";
}

namespace {

using Numbers = std::vector<std::int64_t>;

// How execute() tells cuDNN which pointer is which tensor.
enum TensorId : std::int64_t { x_id = 1, w_id = 2, y_id = 3 };

// Bytes: what engines that load four floats at a time ask for. Our memory is aligned to at least 64.
constexpr std::int64_t alignment = 16;

// A tensor of n x c x h x w numbers whose order in memory is n, h, w, c.
Node tensor(TensorId id, std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  Node node(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  node.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, Numbers{n, c, h, w})
      .set(CUDNN_ATTR_TENSOR_STRIDES, Numbers{h * w * c, 1, w * c, c})
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(id))
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment)
      .finalize();
  return node;
}

Node convolution(const ConvGeometry& g) {
  Node node(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  node.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2})
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Numbers{g.pad, g.pad})
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Numbers{g.pad, g.pad})
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Numbers{g.stride, g.stride})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Numbers{g.dilation, g.dilation})
      .finalize();
  return node;
}

// The three passes are the same node, with other names for its attributes. In the order of ConvPass.
struct OperationNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
};
constexpr std::array operations = {
    OperationNames{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
    OperationNames{
        CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
    OperationNames{
        CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA}};

// Tensors, convolution, operation and, last, the graph of that one operation.
std::vector<Node> graph_parts(ConvPass pass, const ConvGeometry& g, Target target) {
  const OperationNames& names = operations[static_cast<std::size_t>(pass)];
  std::vector<Node> parts;
  parts.push_back(tensor(x_id, g.n, g.c, g.h, g.w));
  parts.push_back(tensor(w_id, g.k, g.c, g.r, g.s));
  parts.push_back(tensor(y_id, g.n, g.k, g.out_h(), g.out_w()));
  parts.push_back(convolution(g));
  Node operation(names.type);
  operation.set(names.x, parts[0]).set(names.w, parts[1]).set(names.y, parts[2]);
  operation.set(names.convolution, parts[3]).set(names.alpha, 1.0F).set(names.beta, 0.0F).finalize();
  Node graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  if (target.properties == nullptr) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, target.handle);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation).finalize();
  parts.push_back(std::move(operation));
  parts.push_back(std::move(graph));
  return parts;
}

// Engines with their settings, best guess first.
std::vector<Node> engine_configurations(const Node& graph, cudnnBackendHeurMode_t mode, Target target) {
  Node heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  if (target.properties != nullptr) heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *target.properties);
  return heuristics.finalize().nodes(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
}

EngineNotes notes_of(const Node& configuration) {
  const Node engine =
      std::move(configuration.nodes(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR).at(0));
  EngineNotes notes{.engine = engine.integer(CUDNN_ATTR_ENGINE_GLOBAL_INDEX)};
  for (const auto note : engine.notes<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE)) {
    switch (note) {
      case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
        notes.tensor_core = true;
        break;
      case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
        notes.down_convert_inputs = true;
        break;
      case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
        notes.reduced_precision_reduction = true;
        break;
      case CUDNN_NUMERICAL_NOTE_FFT:
        notes.fft = true;
        break;
      case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
        notes.nondeterministic = true;
        break;
      case CUDNN_NUMERICAL_NOTE_WINOGRAD:
      case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
      case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
      case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13:
        notes.winograd = true;
        break;
      default:
        break;  // says nothing about precision or order
    }
  }
  for (const auto note : engine.notes<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE))
    notes.runtime_compilation |= note == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
  return notes;
}

struct Choice {
  Node plan, configuration;
  EngineNotes notes;
  std::int64_t workspace = 0;
};

// The rule at the top of the header.
Choice choose(const Node& graph, const CudaPolicy& policy, Target target) {
  std::optional<Choice> smallest;
  std::vector<std::string> refusals;
  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    for (Node& configuration : engine_configurations(graph, mode, target)) {
      const EngineNotes notes = notes_of(configuration);
      if (const std::string why = objection(notes, policy); !why.empty()) {
        refusals.push_back(fmt::format("engine {} {}", notes.engine, why));
        continue;
      }
      Node plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
      if (target.properties != nullptr) {
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *target.properties);
      } else {
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, target.handle);
      }
      if (const cudnnStatus_t status = plan.try_finalize(); status != CUDNN_STATUS_SUCCESS) {
        refusals.push_back(fmt::format("engine {}: {}", notes.engine, cudnn_words(status)));
        continue;
      }
      const std::int64_t workspace = plan.integer(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
      if (!smallest || workspace < smallest->workspace)
        smallest = Choice{std::move(plan), std::move(configuration), notes, workspace};
      if (smallest->workspace <= policy.workspace_limit) return std::move(*smallest);
    }
  }
  if (smallest) return std::move(*smallest);
  throw BackendError(fmt::format("no engine: {}", fmt::join(refusals, "; ")));
}

}  // namespace

ConvolutionPlan::ConvolutionPlan(ConvPass pass, const ConvGeometry& geometry, const CudaPolicy& policy,
                                 Target target)
    : plan_(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
  require(target.handle != nullptr || target.properties != nullptr, "convolution_plan",
          "target must be a cuDNN handle or a described device, got neither");
  try {
    parts_ = graph_parts(pass, geometry, target);
    Choice choice = choose(parts_.back(), policy, target);
    plan_ = std::move(choice.plan);
    parts_.push_back(std::move(choice.configuration));
    notes_ = choice.notes;
    workspace_ = choice.workspace;
  } catch (const BackendError& e) {
    throw BackendError(fmt::format("[convolution_plan] cuDNN has no plan for {} of {} ({}, {}): {}",
                                   name(pass), geometry.str(), policy.tf32 ? "tf32" : "strict",
                                   policy.deterministic ? "deterministic" : "any order", e.what()));
  }
}

void ConvolutionPlan::execute(cudnnHandle_t handle, const Real* x, const Real* w, const Real* y,
                              void* workspace) const {
  // cuDNN takes inputs and outputs alike as void*.
  const std::vector<void*> data = {const_cast<Real*>(x), const_cast<Real*>(w), const_cast<Real*>(y)};
  Node pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, data)
      .set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, Numbers{x_id, w_id, y_id})
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace)
      .finalize();
  check_cudnn(cudnnBackendExecute(handle, plan_.get(), pack.get()), "convolution");
}

}  // namespace dg::cuda
