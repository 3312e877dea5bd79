// The engine: walks the graph from a result to its leaves and adds up gradients.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/var.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct AddTo {
  Real* out;
  const Real* in;
  DG_FN void operator()(std::int64_t i) const { out[i] += in[i]; }
};

struct Add {
  Real* out;
  const Real *a, *b;
  DG_FN void operator()(std::int64_t i) const { out[i] = a[i] + b[i]; }
};

void accumulate(Tensor& sum, Tensor g) {
  if (!sum.defined()) {
    sum = std::move(g);
  } else if (sum.sole_owner()) {
    for_each(sum.device(), sum.size(), AddTo{sum.data(), g.data()});
  } else if (g.sole_owner()) {
    for_each(g.device(), g.size(), AddTo{g.data(), sum.data()});
    sum = std::move(g);
  } else {
    Tensor out(sum.shape(), sum.device());
    for_each(out.device(), out.size(), Add{out.data(), sum.data(), g.data()});
    sum = std::move(out);
  }
}

// All nodes reachable from `root`, youngest first: every child before its parents.
std::vector<NodePtr> in_walking_order(const NodePtr& root) {
  std::vector<NodePtr> found{root};
  std::unordered_set<const Node*> seen{root.get()};
  for (std::size_t next = 0; next < found.size(); ++next) {
    const NodePtr node = found[next];
    for (const NodePtr& parent : node->parents) {
      if (parent != nullptr && seen.insert(parent.get()).second) found.push_back(parent);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const NodePtr& a, const NodePtr& b) { return a->order > b->order; });
  return found;
}

// How often each leaf occurs among the parents of `nodes`.
std::unordered_map<const Node*, std::int64_t> uses_of_leaves(const std::vector<NodePtr>& nodes) {
  std::unordered_map<const Node*, std::int64_t> uses;
  for (const NodePtr& node : nodes) {
    for (const NodePtr& parent : node->parents) {
      if (parent != nullptr && !parent->backward) ++uses[parent.get()];
    }
  }
  return uses;
}

}  // namespace

void backward(const Var& root, Tensor upstream, const LeafDone& done) {
  require(root.requires_grad(), "backward", "nothing that led to this Var requires a gradient");
  if (!upstream.defined()) {
    require(root.value().size() == 1, "backward",
            "without an upstream gradient the root must be a scalar, got {}", root.shape().str());
    upstream = Tensor::full(root.shape(), 1, root.device());
  }
  require(upstream.shape() == root.shape(), "backward", "upstream gradient must be {}, got {}",
          root.shape().str(), upstream.shape().str());
  accumulate(root.node()->grad, std::move(upstream));
  std::vector<NodePtr> nodes = in_walking_order(root.node());
  std::unordered_map<const Node*, std::int64_t> uses;
  if (done) uses = uses_of_leaves(nodes);
  const auto used = [&](const NodePtr& parent) {
    if (!done || parent == nullptr || parent->backward) return;
    if (--uses[parent.get()] == 0) done(parent);
  };
  for (NodePtr& node : nodes) {
    if (!node->backward) continue;  // a leaf
    if (node->grad.defined()) {     // otherwise nothing arrived
      Needed needed;
      for (const NodePtr& parent : node->parents) needed.push_back(parent != nullptr);
      const ProfileScope profiled({.as = node->profiled.as, .backward = true});
      Gradients gradients = std::exchange(node->backward, {})(std::exchange(node->grad, {}), needed);
      profile_mark(Part::elementwise, node->profiled.operation);
      require(gradients.size() == needed.size(), "backward",
              "an operation of {} parents returned {} gradients", needed.size(), gradients.size());
      for (std::size_t i = 0; i < gradients.size(); ++i) {
        require(needed[i] || !gradients[i].defined(), "backward",
                "a gradient nobody needs was computed for parent {}", i);
        if (gradients[i].defined()) accumulate(node->parents[i]->grad, std::move(gradients[i]));
      }
      profile_mark(Part::elementwise, "accumulate");
    }
    for (const NodePtr& parent : node->parents) used(parent);
    node->parents.clear();
    node.reset();
  }
  if (done && uses.empty()) done(root.node());  // the root itself is a leaf
}

}  // namespace DG_WIDTH
}  // namespace dg
