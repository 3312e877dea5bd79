// One named, trainable tensor of a layer or loss, and what the optimiser has to know about it.
#pragma once
#include <limits>
#include <string>

#include "autograd/var.h"

namespace dg {
inline namespace DG_WIDTH {

struct Parameter {
  std::string name;
  Shape shape;
  bool decay = false;  // weight decay applies: conv, fc and classifier weights only
  double floor = -std::numeric_limits<double>::infinity();  // clamped to >= floor after each step
  double rate_multiplier = 1;                               // times the learning rate
  bool trainable = true;
  Var value;
};

}  // namespace DG_WIDTH
}  // namespace dg
