#include "layers/dilated_branches.h"

#include <numeric>

namespace dg {
inline namespace DG_WIDTH {

DilatedBranches::DilatedBranches(const std::string& name, std::int64_t in,
                                 const std::vector<std::int64_t>& outs, Padding padding)
    : arfa_(name + ".arfa", std::accumulate(outs.begin(), outs.end(), std::int64_t{0})) {
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

Var DilatedBranches::forward(Var x, LayerHook* hook) {
  std::vector<Var> outputs;
  for (Conv2d& branch : branches_) outputs.push_back(branch.forward(x, hook));
  Var h = outputs.size() == 1 ? std::move(outputs[0]) : concat(outputs);
  outputs.clear();
  return arfa_.forward(std::move(h), hook);
}

Shape DilatedBranches::infer(const Shape& in, std::int64_t& macs) const {
  std::int64_t channels = 0;
  Shape out;
  for (const Conv2d& branch : branches_) {
    out = branch.infer(in, macs);
    channels += out[3];
  }
  return {out[0], out[1], out[2], channels};
}

void DilatedBranches::initialise(Rng& rng, Device device) {
  for (Conv2d& branch : branches_) branch.initialise(rng, device);
  arfa_.initialise(rng, device);
}

std::vector<Parameter*> DilatedBranches::parameters() {
  std::vector<Parameter*> all;
  for (Conv2d& branch : branches_) {
    for (Parameter* p : branch.parameters()) all.push_back(p);
  }
  for (Parameter* p : arfa_.parameters()) all.push_back(p);
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
