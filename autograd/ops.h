// The differentiable operations, one file each in autograd/ops/ (formula, shapes, derivation and source are
// there). Operands taken by value (`Var x`) may be overwritten when moved in; see autograd/var.h.
#pragma once
#include <vector>

#include "autograd/var.h"

namespace dg {
inline namespace DG_WIDTH {

/// x + y of equal shapes, or a bias y [c] added to every row of x [..., c].
Var add(Var x, const Var& y);

/// op(a) op(b) of two matrices, op = transpose where asked.
Var matmul(const Var& a, const Var& b, bool transpose_a = false, bool transpose_b = false);

struct Conv2dOptions {
  std::int64_t stride = 1, pad = 0, dilation = 1;  // dilation counts from 1 (1 = dense)
  /// With these options, images of shape x [n, h, w, c] and filters of shape w [k, r, s, c].
  ConvGeometry geometry(const Shape& x, const Shape& w) const;
};
/// Cross-correlation of images x [n, h, w, c] with filters w [k, r, s, c] -> [n, h', w', k]; bias [k] or
/// undefined.
Var conv2d(const Var& x, const Var& w, const Var& bias, const Conv2dOptions& options = {});

/// Largest value of each window x window patch, per channel; patches that do not fit are dropped.
/// x [n, h, w, c] -> [n, (h - window) / stride + 1, (w - window) / stride + 1, c].
Var max_pool(const Var& x, std::int64_t window = 2, std::int64_t stride = 2);

/// Channels of several tensors [..., c_i] one after the other -> [..., sum c_i].
Var concat(const std::vector<Var>& parts);

/// Adaptive Rational Fraction Activation (eq. 1), per channel: kx for x > 0, kx/(a - x) otherwise.
/// x [..., channels], a [channels] > 0, k > 0 -> the shape of x.
Var arfa(Var x, const Var& a, Real k);

/// y_j = max(x_j, x_(j+d)) of rows x [..., 2d] -> [..., d] (maxout with group = 2, Table 1).
Var maxout(const Var& x);

/// Rows of x [..., d] scaled to Euclidean length 1; a row of zeros stays zero and passes no gradient.
Var l2_normalize(const Var& x);

/// Sum, and mean, of all elements -> a scalar.
Var sum(const Var& x);
Var mean(const Var& x);

/// The same numbers under another shape (no copy).
Var reshape(Var x, const Shape& shape);

/// s x with a trained scalar s ([] or [1]).
Var scale(Var x, const Var& s);
/// s x with a constant.
Var scale(Var x, Real s);

/// Inner products of all pairs of rows: e [n, d] -> [n, n]; cosines when the rows have length 1.
Var pairwise_similarity(const Var& e);
/// Euclidean distances of all pairs of rows: e [n, d] -> [n, n]. No gradient where the distance is 0.
Var pairwise_distance(const Var& e);

/// Per row of logits, the highest class that is not the target.
struct HardestClass {
  Array<std::int32_t> class_id;  // the lowest when tied; -1 where there is no other class
  Array<Real> logit;             // its logit; not finite means: do not use this row
  Array<std::uint8_t> tied;      // 1 when several classes share that logit
};

struct SoftmaxCrossEntropy {
  Var loss;  // scalar
  HardestClass hardest;
  Array<Real> target_logit;  // above hardest.logit = the row was classified correctly
};

/// Mean over rows of -log softmax(logits)[label]: logits [rows, classes], labels in [0, classes). Labels must
/// stay as they are until backward. Throws Error for a label out of range (on a GPU the loss is NaN instead).
SoftmaxCrossEntropy softmax_cross_entropy(Var logits, const Array<std::int32_t>& labels);

}  // namespace DG_WIDTH
}  // namespace dg
