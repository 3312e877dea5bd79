// Inner products of many rows with many columns, for samplers that compare all with all.
//
// The columns are packed into panels of 32, [dim, 32], so that one step over dim multiplies 8 rows by 32
// columns in vector registers. Each product is summed in float from the first dimension to the last,
// whatever its place in the tile: equal embeddings get bit-equal products.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sampling/embeddings.h"

namespace dg {

class PackedColumns {
 public:
  static constexpr std::size_t panel_columns = 32, tile_rows = 8;
  using Tile = std::array<std::array<float, panel_columns>, tile_rows>;

  /// Copies `columns` [n, dim].
  explicit PackedColumns(const Embeddings& columns);

  std::size_t columns() const { return columns_; }
  std::size_t dim() const { return dim_; }
  /// Panel p holds columns 32 p, 32 p + 1, ...; places behind the last column are zeros.
  std::size_t panels() const { return (columns_ + panel_columns - 1) / panel_columns; }
  /// tile[r][c] = <rows[r], column 32 panel + c>; each row points at dim numbers.
  void multiply(const std::array<const float*, tile_rows>& rows, std::size_t panel, Tile& tile) const;

 private:
  struct alignas(64) PanelRow {
    std::array<float, panel_columns> values{};
  };
  std::size_t columns_, dim_;
  std::vector<PanelRow> packed_;
};

}  // namespace dg
