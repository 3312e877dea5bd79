// Inner products of many rows with many columns, for whoever compares all with all: the samplers of this
// folder, and the search for the nearest prototype (evaluation/nearest_prototypes.cpp).
//
// The columns are packed into panels of 32, [dim][32], so that one step over dim multiplies several rows by
// several columns in vector registers. Each product is summed in float from the first dimension to the last,
// whatever its place in a panel: equal embeddings get bit-equal products.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sampling/embeddings.h"

namespace dg {

class PackedColumns {
 public:
  /// Whole vector registers on every machine. A panel of 512 dimensions takes 64 KiB, which stay in a core's
  /// cache while many rows are multiplied with it.
  static constexpr std::size_t panel_columns = 32;

  /// Copies `columns` [n, dim].
  PackedColumns(std::span<const float> columns, std::size_t dim);
  explicit PackedColumns(const Embeddings& columns) : PackedColumns(columns.values, columns.dim) {}

  std::size_t columns() const { return columns_; }
  std::size_t dim() const { return dim_; }
  /// Panel p holds columns 32 p, 32 p + 1, ...; the last one may have fewer than 32.
  std::size_t panels() const { return (columns_ + panel_columns - 1) / panel_columns; }
  /// products[r][c] = <row r, column 32 panel + c> of `rows` [count, dim]. `products` [count, 32]; in the
  /// last panel, what belongs to no column is not a product of anything.
  void multiply(const float* rows, std::size_t count, std::size_t panel, float* products) const;

 private:
  struct alignas(64) PanelRow {  // a cache line, and the widest vector register
    std::array<float, panel_columns> values{};
  };
  std::size_t columns_, dim_;
  std::vector<PanelRow> packed_;
};

}  // namespace dg
