// One pass of one convolution as cuDNN will run it: described once through the graph API, an engine chosen
// under a policy of precision and determinism, executed many times.
//
// Images are NHWC and filters KRSC as everywhere (cuDNN lists dimensions as n, c, h, w; the strides say the
// order in memory). float32 data, float32 accumulation; no bias, y = conv(x, w) and its two adjoints.
//
// The choice: cuDNN's heuristics list engines, best guess first (mode A, then its fallback list). The first
// one that the policy allows, that cuDNN can build and whose workspace fits the limit is taken; when none
// fits, the one with the smallest workspace. So one cuDNN version, device, geometry and policy give one
// engine: nothing is timed.
#pragma once
#include <vector>

#include "tensor/backend.h"
#include "tensor/cuda/cudnn_graph.h"

namespace dg::cuda {

enum class Pass { forward, backward_input, backward_weight };
const char* name(Pass pass);
/// As "x [81, 62, 62, 64], w [128, 3, 3, 64], stride 1, pad 1, dilation 1".
std::string text(const ConvGeometry& geometry);

/// What an engine may do to the numbers.
struct ConvolutionPolicy {
  /// true: products may be rounded to TF32 (10 bits of mantissa) and summed in float32, and Winograd's
  /// transforms are allowed; never float16 or bfloat16. false ("strict"): plain float32 sums of products.
  bool tf32 = true;
  /// true: engines that cuDNN notes as nondeterministic are left out.
  bool deterministic = true;
  /// Bytes. Engines that want more are taken only when no other exists.
  std::int64_t workspace_limit = std::int64_t{1} << 30;
};

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

/// Why `policy` leaves out an engine with these notes; empty when it allows it.
std::string objection(const EngineNotes& notes, const ConvolutionPolicy& policy);

class ConvolutionPlan {
 public:
  /// All sizes of `geometry` must be >= 1. Throws BackendError that names pass and geometry, with cuDNN's
  /// reasons, or with each engine and why it was left out.
  ConvolutionPlan(Pass pass, const ConvGeometry& geometry, const ConvolutionPolicy& policy, Target target);

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
