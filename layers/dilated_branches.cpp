#include "layers/dilated_branches.h"

#include <numeric>

namespace dg {
inline namespace DG_WIDTH {

DilatedBranches::DilatedBranches(const std::string& name, std::int64_t in,
                                 const std::vector<std::int64_t>& outs, Padding padding)
    : Layer(name), arfa_(name + ".arfa", std::accumulate(outs.begin(), outs.end(), std::int64_t{0})) {
  require(!outs.empty(), "dilated_branches", "{} needs at least one branch, got {}", name, outs.size());
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const auto dilation = static_cast<std::int64_t>(i) + 1;
    branches_.emplace_back(
        fmt::format("{}.conv{}", name, dilation),
        Conv2dLayerOptions{
            .in = in,
            .out = outs[i],
            .conv = {.pad = padding == Padding::same ? dilation : dilation - 1, .dilation = dilation}});
  }
}

Var DilatedBranches::run(Var x, LayerHook* hook) {
  std::vector<Var> outputs;
  for (Conv2d& branch : branches_) outputs.push_back(branch.forward(x, hook));
  Var h = outputs.size() == 1 ? std::move(outputs[0]) : concat(outputs);
  outputs.clear();
  return arfa_.forward(std::move(h), hook);
}

Inferred DilatedBranches::infer(const Shape& in) const {
  Inferred all;
  std::int64_t channels = 0;
  for (const Conv2d& branch : branches_) {
    const Inferred one = branch.infer(in);
    all.output = one.output;
    all.macs += one.macs;
    channels += one.output[3];
  }
  all.output = {all.output[0], all.output[1], all.output[2], channels};
  return all;
}

std::vector<Layer*> DilatedBranches::children() {
  std::vector<Layer*> all;
  for (Conv2d& branch : branches_) all.push_back(&branch);
  all.push_back(&arfa_);
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
