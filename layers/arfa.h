// ARFA layer (eq. 1): `a` [channels] is trained, starts at 1 and is kept at 0.1 or above; `k` [1] is set once
// by LSUV, is not trained and is stored with the model. k stays on the host: it is a constant of the layer,
// not data.
#pragma once
#include "autograd/ops.h"
#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

class Arfa final : public Layer {
 public:
  static constexpr double smallest_a = 0.1;

  Arfa(const std::string& name, std::int64_t channels)
      : Layer(name),
        a_{.name = name + ".a", .shape = {channels}, .floor = smallest_a},
        k_{.name = name + ".k", .shape = {1}, .trainable = false} {}
  Inferred infer(const Shape& in) const override { return {in}; }

 private:
  Var run(Var x, LayerHook* hook) override {
    if (hook != nullptr) hook->before_arfa(a_, k_, x);
    return arfa(std::move(x), a_.value, k_.value.value().item());
  }
  void initialise_own(Rng&, Device device) override {
    a_.set(Tensor::full(a_.shape, 1, device));
    k_.set(Tensor::full(k_.shape, 1));
  }
  std::vector<Parameter*> own_parameters() override { return {&a_, &k_}; }

  Parameter a_, k_;
};

}  // namespace DG_WIDTH
}  // namespace dg
