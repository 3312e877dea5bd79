#include "layers/orthonormal.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

TEST(Orthonormal, RowsOrColumnsAreOrthonormal) {
  Rng rng(1);
  for (const Shape& shape : {Shape{5, 3, 3, 2}, Shape{20, 7}, Shape{6, 6}}) {
    const std::int64_t out = shape[0], in = shape.elements() / out;
    const std::vector<Real> w = orthonormal(shape, rng).to_vector();
    const bool by_rows = out <= in;
    const std::int64_t vectors = std::min(out, in), length = std::max(out, in);
    const auto at = [&](std::int64_t v, std::int64_t i) { return by_rows ? w[v * in + i] : w[i * in + v]; };
    for (std::int64_t a = 0; a < vectors; ++a) {
      for (std::int64_t b = 0; b < vectors; ++b) {
        double dot = 0;
        for (std::int64_t i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
        EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-9) << shape.str();
      }
    }
  }
}

TEST(Orthonormal, RefusesWhatIsNoMatrix) {
  Rng rng(1);
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{5}, Shape{}}) {
    EXPECT_EQ(error_text([&] { orthonormal(shape, rng); }),
              "[orthonormal] weights must be [out, ...], got " + shape.str());
  }
}

}  // namespace
}  // namespace dg
