#include "sampling/inner_products.h"

#include <cstring>

namespace dg {
namespace {
using Vector = float __attribute__((vector_size(64)));
constexpr std::size_t lanes = 16, vectors = PackedColumns::panel_columns / lanes;
}  // namespace

PackedColumns::PackedColumns(const Embeddings& columns) : columns_(columns.rows()), dim_(columns.dim) {
  packed_.resize(panels() * dim_);
  for (std::size_t c = 0; c < columns_; ++c) {
    PanelRow* panel = &packed_[c / panel_columns * dim_];
    for (std::size_t d = 0; d < dim_; ++d) panel[d].values[c % panel_columns] = columns.values[c * dim_ + d];
  }
}

void PackedColumns::multiply(const std::array<const float*, tile_rows>& rows, std::size_t panel,
                             Tile& tile) const {
  const PanelRow* columns = &packed_[panel * dim_];
  Vector sum[tile_rows][vectors] = {};
  for (std::size_t d = 0; d < dim_; ++d) {
    Vector column[vectors];
    std::memcpy(column, &columns[d], sizeof column);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < tile_rows; ++r) {
#pragma GCC unroll 2
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] += rows[r][d] * column[v];
    }
  }
  std::memcpy(&tile, sum, sizeof tile);
}

}  // namespace dg
