// Concatenation of channels (the outputs of the dilated branches of Table 1):
//
//   y[..., offset_i + j] = x_i[..., j],  x_i [..., c_i] -> y [..., sum c_i].
//
// Backward: dx_i is the slice of g that x_i filled.
#include "autograd/ops.h"
#include "tensor/parallel.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

struct CopyColumns {
  Real* to;
  const Real* from;
  std::int64_t to_cols, from_cols;  // distances between rows
  DG_FN void operator()(std::int64_t row, std::int64_t c) const {
    to[row * to_cols + c] = from[row * from_cols + c];
  }
};

Shape with_columns(const Shape& s, std::int64_t cols) {
  switch (s.rank()) {
    case 1:
      return {cols};
    case 2:
      return {s[0], cols};
    case 3:
      return {s[0], s[1], cols};
    default:
      return {s[0], s[1], s[2], cols};
  }
}

}  // namespace

Var concat(const std::vector<Var>& parts) {
  require(!parts.empty() && parts[0].shape().rank() >= 1, "concat",
          "needs at least one tensor with an axis, got {}", parts.size());
  std::vector<Shape> shapes;
  std::vector<NodePtr> parents;
  std::int64_t cols = 0;
  for (const Var& part : parts) {
    require(with_columns(part.shape(), 1) == with_columns(parts[0].shape(), 1), "concat",
            "all axes but the last must agree, got {} and {}", parts[0].shape().str(), part.shape().str());
    shapes.push_back(part.shape());
    parents.push_back(part.node());
    cols += part.shape().columns();
  }
  const Tensor y(with_columns(shapes[0], cols), parts[0].device());
  const std::int64_t rows = y.shape().rows();
  std::int64_t offset = 0;
  for (const Var& part : parts) {
    const std::int64_t width = part.shape().columns();
    for_each(y.device(), rows, width, CopyColumns{y.data() + offset, part.value().data(), cols, width});
    offset += width;
  }
  return Var::result(y, std::move(parents), [shapes, rows, cols](const Tensor& g, const Needed& needed) {
    Gradients d(shapes.size());
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const std::int64_t width = shapes[i].columns();
      if (needed[i]) {
        d[i] = Tensor(shapes[i], g.device());
        for_each(g.device(), rows, width, CopyColumns{d[i].data(), g.data() + begin, width, cols});
      }
      begin += width;
    }
    return d;
  });
}

}  // namespace DG_WIDTH
}  // namespace dg
