// One pass of one convolution as cuDNN will run it: described once through the graph API, an engine chosen
// under a policy of precision and determinism, executed many times.
//
// Images are NHWC and filters KRSC as everywhere (cuDNN lists dimensions as n, c, h, w; the strides give
// their order in memory). The data are float32 and so is the accumulation; there is no bias: y = conv(x, w)
// and its two adjoints.
//
// The choice: cuDNN's heuristics list engines, best guess first (mode A, then its fallback list). The first
// one is taken that the policy allows, that cuDNN can build and whose workspace fits the policy's limit;
// where none fits, the one with the smallest workspace. Nothing is timed, so a cuDNN version, device,
// geometry and policy always give the same engine.
#pragma once
#include <vector>

#include "tensor/backend.h"
#include "tensor/cuda/cudnn_graph.h"

namespace dg::cuda {

/// In messages: "forward", "by input" (the gradient with respect to the input), "by weight".
const char* name(ConvPass pass);

/// What cuDNN notes about an engine.
struct EngineNotes {
  std::int64_t engine = -1;  // cuDNN's number of the engine within its pass
  bool tensor_core = false, down_convert_inputs = false, reduced_precision_reduction = false;
  bool winograd = false, fft = false;
  bool nondeterministic = false;
  bool runtime_compilation = false;  // compiles its kernel when the plan is made

  /// As "engine 28 (tensor core)".
  std::string str() const;
  bool operator==(const EngineNotes&) const = default;
};

/// Why `policy` leaves out an engine with these notes; empty when it does not.
std::string objection(const EngineNotes& notes, const CudaPolicy& policy);

class ConvolutionPlan {
 public:
  /// All sizes of `geometry` must be >= 1. Throws BackendError that names pass and geometry, with cuDNN's
  /// reasons, or with each engine and why it was left out.
  ConvolutionPlan(ConvPass pass, const ConvGeometry& geometry, const CudaPolicy& policy, Target target);

  /// Bytes of device memory that execute needs.
  std::int64_t workspace() const { return workspace_; }
  const EngineNotes& notes() const { return notes_; }
  /// The whole plan in cuDNN's words (JSON): tensors, device, engine and its settings.
  std::string describe() const { return plan_.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION); }

  /// Enqueues the pass on the stream of `handle`. The roles are fixed: `x` is the input or dx, `w` the filter
  /// or dw, `y` the output or dy, and the pass overwrites its result among the three. Device memory, aligned
  /// to 16 bytes; `workspace` has workspace() bytes and may be null when that is 0.
  void execute(cudnnHandle_t handle, const Real* x, const Real* w, const Real* y, void* workspace) const;

 private:
  Node plan_;
  std::vector<Node> parts_;  // what the plan was made of
  EngineNotes notes_;
  std::int64_t workspace_ = 0;
};

}  // namespace dg::cuda
