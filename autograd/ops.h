// The differentiable operations, one file each in autograd/ops/ (formula, shapes, derivation and source are
// there). Operands taken by value (`Var x`) may be overwritten when moved in; see autograd/var.h.
#pragma once
#include "autograd/var.h"

namespace dg {
inline namespace DG_WIDTH {

/// Adaptive Rational Fraction Activation (eq. 1), per channel: kx for x > 0, kx/(a - x) otherwise.
/// x [..., channels], a [channels] > 0, k > 0 -> the shape of x.
Var arfa(Var x, const Var& a, Real k);

/// Rows of x [..., d] scaled to Euclidean length 1; a row of zeros stays zero and passes no gradient.
Var l2_normalize(const Var& x);

}  // namespace DG_WIDTH
}  // namespace dg
