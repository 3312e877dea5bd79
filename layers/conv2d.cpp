#include "layers/conv2d.h"

#include "layers/orthonormal.h"

namespace dg {
inline namespace DG_WIDTH {

Conv2d::Conv2d(const std::string& name, const Conv2dLayerOptions& o)
    : options_(o),
      weight_{.name = name + ".weight", .shape = {o.out, o.size, o.size, o.in}, .decay = true, .value = {}},
      bias_{.name = name + ".bias", .shape = {o.out}, .value = {}} {}

Var Conv2d::forward(Var x, LayerHook* hook) {
  Var y = conv2d(x, weight_.value, options_.bias ? bias_.value : Var(), options_.conv);
  if (hook != nullptr) hook->after_linear(weight_, y);
  return y;
}

Shape Conv2d::infer(const Shape& in, std::int64_t& macs) const {
  require(in.rank() == 4 && in[3] == options_.in, "conv2d", "{} needs input [n, h, w, {}], got {}",
          weight_.name, options_.in, in.str());
  const Conv2dOptions& c = options_.conv;
  const std::int64_t reach = c.dilation * (options_.size - 1);
  require(in[1] + 2 * c.pad > reach && in[2] + 2 * c.pad > reach, "conv2d",
          "{}: image {} is smaller than the filter", weight_.name, in.str());
  const ConvGeometry g{.n = in[0],
                       .h = in[1],
                       .w = in[2],
                       .c = in[3],
                       .k = options_.out,
                       .r = options_.size,
                       .s = options_.size,
                       .stride = c.stride,
                       .pad = c.pad,
                       .dilation = c.dilation};
  macs += g.macs();
  return {in[0], g.out_h(), g.out_w(), options_.out};
}

void Conv2d::initialise(Rng& rng, Device device) {
  weight_.set(orthonormal(weight_.shape, rng, device));
  if (options_.bias) bias_.set(Tensor::zeros(bias_.shape, device));
}

std::vector<Parameter*> Conv2d::parameters() {
  return options_.bias ? std::vector<Parameter*>{&weight_, &bias_} : std::vector<Parameter*>{&weight_};
}

}  // namespace DG_WIDTH
}  // namespace dg
