#include "layers/layer.h"

namespace dg {
inline namespace DG_WIDTH {

void Layer::initialise(Rng& rng, Device device) {
  initialise_own(rng, device);
  for (Layer* child : children()) child->initialise(rng, device);
}

std::vector<Parameter*> Layer::parameters() {
  std::vector<Parameter*> all = own_parameters();
  for (Layer* child : children()) {
    for (Parameter* p : child->parameters()) all.push_back(p);
  }
  return all;
}

}  // namespace DG_WIDTH
}  // namespace dg
