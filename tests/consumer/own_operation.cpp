// An operation that the library does not have, y = x / (1 + exp(-x)), checked against central differences in
// double. Its backward is dx = g (s + y (1 - s)) with s = 1 / (1 + exp(-x)). A wrong one must be found out.
#include <cmath>
#include <cstdio>

#include "autograd/gradcheck.h"
#include "tensor/parallel.h"

namespace {

using dg::Real;

struct Forward {
  Real* y;
  const Real* x;
  DG_FN void operator()(std::int64_t i) const { y[i] = x[i] / (1 + std::exp(-x[i])); }
};

struct Backward {
  Real* dx;
  const Real *g, *x;
  Real sign;  // +1; -1 is the mistake
  DG_FN void operator()(std::int64_t i) const {
    const Real s = 1 / (1 + std::exp(-x[i]));
    dx[i] = g[i] * (s + sign * x[i] * s * (1 - s));
  }
};

dg::Var swish(const dg::Var& x, Real sign) {
  const dg::Tensor in = x.value(), y(in.shape(), in.device());
  dg::for_each(in.device(), in.size(), Forward{y.data(), in.data()});
  return dg::Var::result(y, {x.node()}, [in, sign](dg::Tensor g, const dg::Needed&) {
    const dg::Tensor dx = dg::reuse_or_allocate(g);
    dg::for_each(in.device(), in.size(), Backward{dx.data(), g.data(), in.data(), sign});
    return dg::Gradients{dx};
  });
}

}  // namespace

int main() {
  dg::Rng rng(3);
  const dg::Tensor x = dg::random_normal({5, 7}, rng);
  const auto check = [&x](Real sign) {
    return dg::gradcheck([sign](const std::vector<dg::Var>& in) { return swish(in[0], sign); }, {{"x", x}});
  };
  const dg::GradcheckReport right = check(1), wrong = check(-1);
  std::printf("%s\n", right.ok() ? "gradients agree" : right.text().c_str());
  return right.ok() && !wrong.ok() ? 0 : 1;
}
