// Reverse-mode automatic differentiation. A Var is a value and, where gradients are wanted, the node that
// made it. An operation computes its result, then records a backward function: the pure map from the upstream
// gradient g (shape of the result) to one gradient per parent. The engine (`backward`) adds them up;
// operations never accumulate.
//
// Reuse of memory: an operation takes operands it may overwrite by value (`Var x`). When the caller moves the
// Var in and no other handle shares its buffer, the result is written into that buffer (`reuse_or_allocate`).
// A tensor kept by a backward function is a handle too, so nothing that is still needed is ever overwritten.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "tensor/profile.h"
#include "tensor/tensor.h"

namespace dg {
inline namespace DG_WIDTH {

struct Node;
using NodePtr = std::shared_ptr<Node>;

/// needed[i]: does parent i want a gradient? An operation computes only those.
using Needed = std::vector<bool>;
/// One gradient per parent, undefined where not needed.
using Gradients = std::vector<Tensor>;
/// Called once with the upstream gradient, which the function may overwrite if it is its only owner.
using Backward = std::function<Gradients(Tensor g, const Needed& needed)>;

struct Node {
  std::uint64_t order = 0;       // creation order: parents are older than children
  std::vector<NodePtr> parents;  // null where no gradient is wanted
  Backward backward;             // empty for a leaf
  Tensor grad;                   // leaf: the sum of all gradients since the last zero_grad
  ProfileTag profiled;           // what the time of `backward` is charged to
};

class Var {
 public:
  Var() = default;
  /// A leaf. With requires_grad it collects a gradient in `grad()`.
  explicit Var(Tensor value, bool requires_grad = false);

  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  Device device() const { return value_.device(); }
  bool defined() const { return value_.defined(); }
  /// The value, giving up this handle: `std::move(x).take()`.
  Tensor take() && { return std::move(value_); }

  bool requires_grad() const { return node_ != nullptr; }
  const NodePtr& node() const { return node_; }
  /// Gradient collected by a leaf; undefined when nothing has arrived.
  const Tensor& grad() const;
  void zero_grad();

  /// The result of an operation with these parents (null = no gradient wanted). Nothing is recorded when no
  /// parent wants a gradient or a NoGrad guard is alive.
  /// `operation` is the calling file: the profile charges the operation's time to it.
  static Var result(Tensor value, std::vector<NodePtr> parents, Backward backward,
                    const char* operation = __builtin_FILE());

 private:
  Tensor value_;
  NodePtr node_;
};

/// While alive, operations of this thread record nothing (evaluation, initialisation).
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// `x` itself when nobody else holds its buffer, otherwise a new tensor of the same shape (uninitialised).
inline Tensor reuse_or_allocate(const Tensor& x) {
  return x.sole_owner() ? x : Tensor(x.shape(), x.device());
}

/// Called with a leaf as soon as its gradient is complete: nothing later in the backward pass reads the
/// leaf's value or adds to its gradient.
using LeafDone = std::function<void(const NodePtr& leaf)>;

/// Gradient of `root` (a scalar unless `upstream` is given) with respect to every leaf that requires one,
/// added to the leaves' `grad()`. Walks iteratively from the youngest node to the oldest, and frees each
/// node's memory as soon as it has been used, so a graph can be walked once.
void backward(const Var& root, Tensor upstream = {}, const LeafDone& done = {});

}  // namespace DG_WIDTH
}  // namespace dg
