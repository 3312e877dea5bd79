// The one scalar type, and the one type of sizes and positions. Every build makes the library twice from the
// same sources: `dg` (float) and `dg_f64` (double, for gradient checks at 1e-6). Types that hold numbers live
// in an inline namespace named after the width, so that an executable which mixes the two libraries does not
// link.
#pragma once
#include <cstdint>

static_assert(__cplusplus >= 202002L, "C++20 is required, from nvcc too");

#ifdef DG_DOUBLE
#define DG_WIDTH f64
#else
#define DG_WIDTH f32
#endif

namespace dg {

/// A number of elements, rows, pixels ..., or the position of one. Signed, so that differences and loops
/// towards zero are safe.
using Index = std::int64_t;

inline namespace DG_WIDTH {

#ifdef DG_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace DG_WIDTH
}  // namespace dg
