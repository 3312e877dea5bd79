#include "sampling/compared/inner_products.h"

#include <cstring>

namespace dg {
namespace {

// Sums of block_rows rows by two vectors of columns are held in registers at a time: as many as the machine
// that we compile for has, of its own width (a wider one costs a factor of 20).
#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64, block_rows = 8;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32, block_rows = 4;
#else
constexpr std::size_t vector_bytes = 16, block_rows = 4;
#endif
using Vector = float __attribute__((vector_size(vector_bytes)));
constexpr std::size_t block_columns = 2 * vector_bytes / sizeof(float);
static_assert(PackedColumns::tile_rows % block_rows == 0 &&
              PackedColumns::panel_columns % block_columns == 0);

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
  for (std::size_t row = 0; row < tile_rows; row += block_rows) {
    for (std::size_t first = 0; first < panel_columns; first += block_columns) {
      Vector sum[block_rows][2] = {};
      for (std::size_t d = 0; d < dim_; ++d) {
        Vector left, right;
        std::memcpy(&left, &columns[d].values[first], sizeof left);
        std::memcpy(&right, &columns[d].values[first + block_columns / 2], sizeof right);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < block_rows; ++r) {
          sum[r][0] += rows[row + r][d] * left;
          sum[r][1] += rows[row + r][d] * right;
        }
      }
#pragma GCC unroll 8
      for (std::size_t r = 0; r < block_rows; ++r) {
        std::memcpy(&tile[row + r][first], &sum[r][0], sizeof sum[r][0]);
        std::memcpy(&tile[row + r][first + block_columns / 2], &sum[r][1], sizeof sum[r][1]);
      }
    }
  }
}

}  // namespace dg
