#include "layers/linear.h"

#include "autograd/ops.h"
#include "layers/orthonormal.h"

namespace dg {
inline namespace DG_WIDTH {

Linear::Linear(const std::string& name, std::int64_t in, std::int64_t out)
    : Layer(name),
      in_(in),
      out_(out),
      weight_{.name = name + ".weight", .shape = {out, in}, .decay = true},
      bias_{.name = name + ".bias", .shape = {out}} {}

Var Linear::run(Var x, LayerHook* hook) {
  const std::int64_t batch = x.shape().rank() > 0 ? x.shape()[0] : 0;
  Var y = add(matmul(reshape(std::move(x), {batch, in_}), weight_.value, false, true), bias_.value);
  if (hook != nullptr) hook->after_linear(weight_, y);
  return y;
}

Inferred Linear::infer(const Shape& in) const {
  require(in.rank() >= 1 && in.elements() == in[0] * in_, "linear", "{} needs {} inputs per image, got {}",
          weight_.name, in_, in.str());
  return {{in[0], out_}, in[0] * in_ * out_};
}

void Linear::initialise_own(Rng& rng, Device device) {
  weight_.set(orthonormal(weight_.shape, rng, device));
  bias_.set(Tensor::zeros(bias_.shape, device));
}

}  // namespace DG_WIDTH
}  // namespace dg
