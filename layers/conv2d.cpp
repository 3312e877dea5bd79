#include "layers/conv2d.h"

#include "layers/orthonormal.h"

namespace dg {
inline namespace DG_WIDTH {

Conv2d::Conv2d(const std::string& name, const Options& o)
    : Layer(name),
      options_(o),
      weight_{.name = name + ".weight", .shape = {o.out, o.size, o.size, o.in}, .decay = true},
      bias_{.name = name + ".bias", .shape = {o.out}} {}

Var Conv2d::run(Var x, LayerHook* hook) {
  Var y = conv2d(x, weight_.value, options_.bias ? bias_.value : Var(), options_.conv);
  if (hook != nullptr) hook->after_linear(weight_, y);
  return y;
}

Inferred Conv2d::infer(const Shape& in) const {
  require(in.rank() == 4 && in[3] == options_.in, "conv2d", "{} needs input [n, h, w, {}], got {}",
          weight_.name, options_.in, in.str());
  const Conv2dOptions& c = options_.conv;
  const std::int64_t reach = c.dilation * (options_.size - 1);
  require(in[1] + 2 * c.pad > reach && in[2] + 2 * c.pad > reach, "conv2d",
          "{}: image {} is smaller than the filter", weight_.name, in.str());
  const ConvGeometry g = c.geometry(in, weight_.shape);
  return {{in[0], g.out_h(), g.out_w(), options_.out}, g.macs()};
}

void Conv2d::initialise_own(Rng& rng, Device device) {
  weight_.set(orthonormal(weight_.shape, rng, device));
  if (options_.bias) bias_.set(Tensor::zeros(bias_.shape, device));
}

std::vector<Parameter*> Conv2d::own_parameters() {
  return options_.bias ? std::vector<Parameter*>{&weight_, &bias_} : std::vector<Parameter*>{&weight_};
}

}  // namespace DG_WIDTH
}  // namespace dg
