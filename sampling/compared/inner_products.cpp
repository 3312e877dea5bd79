#include "sampling/compared/inner_products.h"

#include <algorithm>

#include "tensor/cpu/lane.h"

namespace dg {
namespace {

static_assert(PackedColumns::panel_columns % cpu::lanes == 0);

// Columns of a panel, as lane.h counts.
Index width(std::size_t columns, std::size_t panel) {
  return static_cast<Index>(
      std::min(PackedColumns::panel_columns, columns - panel * PackedColumns::panel_columns));
}

}  // namespace

PackedColumns::PackedColumns(std::span<const float> columns, std::size_t dim)
    : columns_(dim == 0 ? 0 : columns.size() / dim), dim_(dim), packed_(panels() * dim) {
  const auto rows = static_cast<Index>(dim);
  for (std::size_t panel = 0; panel < panels(); ++panel) {
    cpu::transpose(rows, width(columns_, panel), columns.data() + panel * panel_columns * dim, rows,
                   packed_[panel * dim].values.data());
  }
}

void PackedColumns::multiply(const float* rows, std::size_t count, std::size_t panel, float* products) const {
  const Index cols = cpu::padded(width(columns_, panel)), dim = static_cast<Index>(dim_);
  cpu::multiply<false>({.rows = static_cast<Index>(count),
                        .cols = cols,
                        .k = dim,
                        .a = rows,
                        .lda = dim,
                        .b = packed_[panel * dim_].values.data(),
                        .ldb = cols,
                        .c = products,
                        .ldc = static_cast<Index>(panel_columns)});
}

}  // namespace dg
