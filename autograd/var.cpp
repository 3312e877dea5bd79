#include "autograd/var.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

thread_local bool recording = true;
thread_local std::uint64_t created = 0;

NodePtr new_node() {
  auto node = std::make_shared<Node>();
  node->order = ++created;
  return node;
}

}  // namespace

Var::Var(Tensor value, bool requires_grad) : value_(std::move(value)) {
  if (requires_grad) node_ = new_node();
}

const Tensor& Var::grad() const {
  require(node_ != nullptr, "grad", "this Var does not require a gradient");
  return node_->grad;
}

void Var::zero_grad() {
  if (node_ != nullptr) node_->grad = Tensor();
}

Var Var::result(Tensor value, std::vector<NodePtr> parents, Backward backward, const char* operation) {
  profile_mark(Part::elementwise, operation);
  Var out(std::move(value));
  bool wanted = false;
  for (const NodePtr& parent : parents) wanted = wanted || parent != nullptr;
  if (wanted && recording) {
    out.node_ = new_node();
    out.node_->parents = std::move(parents);
    out.node_->backward = std::move(backward);
    out.node_->profiled = {operation, profile_context().as};
  }
  return out;
}

NoGrad::NoGrad() : before_(recording) { recording = false; }
NoGrad::~NoGrad() { recording = before_; }

}  // namespace DG_WIDTH
}  // namespace dg
