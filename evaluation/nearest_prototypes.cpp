// The search of prototypes.h: all inner products, a block of embeddings and a panel of prototypes at a time.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "evaluation/prototypes.h"
#include "sampling/compared/inner_products.h"
#include "tensor/check.h"

namespace dg {
namespace {

// Embeddings per walk over the panels of prototypes: 256 KiB at 512 dimensions, which stay in a core's
// second-level cache.
constexpr std::size_t block = 128;

void check_unit_rows(const char* what, const EmbeddingView& embeddings) {
  check_embeddings("nearest_prototypes", embeddings);
  for (std::size_t i = 0; i < embeddings.rows(); ++i) {
    const auto row = embeddings.row(i);
    const double length = std::sqrt(double{dot(row, row)});
    require(std::abs(length - 1) < 1e-3, "nearest_prototypes", "{} {} must have length 1, got {}", what, i,
            length);
  }
}

/// The matches of the embeddings first..last-1.
void search_block(const EmbeddingView& embeddings, const PackedColumns& prototypes, std::size_t first,
                  std::size_t last, std::vector<Match>& matches) {
  std::array<float, block * PackedColumns::panel_columns> cosines;  // [block, panel_columns]
  for (std::size_t panel = 0; panel < prototypes.panels(); ++panel) {
    const std::size_t column = panel * PackedColumns::panel_columns;
    const std::size_t columns = std::min(PackedColumns::panel_columns, prototypes.columns() - column);
    prototypes.multiply(embeddings.row(first).data(), last - first, panel, cosines.data());
    for (std::size_t i = first; i < last; ++i) {
      const float* const row = &cosines[(i - first) * PackedColumns::panel_columns];
      Match match = matches[i];
      for (std::size_t c = 0; c < columns; ++c) {  // ascending, strictly greater: the lower index wins a tie
        if (row[c] > match.cosine) match = {static_cast<int>(column + c), row[c]};
      }
      matches[i] = match;
    }
  }
}

}  // namespace

std::vector<Match> nearest_prototypes(const EmbeddingView& embeddings, const EmbeddingView& prototypes) {
  constexpr auto where = "nearest_prototypes";
  check_unit_rows("embedding", embeddings);
  check_unit_rows("prototype", prototypes);
  require(embeddings.dim == prototypes.dim, where,
          "embeddings and prototypes must agree in size, got {} and {}", embeddings.dim, prototypes.dim);
  const std::size_t rows = embeddings.rows(), classes = prototypes.rows();
  require(classes > 0 && classes <= std::numeric_limits<int>::max(), where,
          "prototypes must be between 1 and {}, got {}", std::numeric_limits<int>::max(), classes);
  const PackedColumns packed(prototypes.values, prototypes.dim);
  std::vector<Match> matches(rows, {0, -std::numeric_limits<float>::infinity()});
  const std::size_t blocks = (rows + block - 1) / block;
#pragma omp parallel for schedule(static)
  for (std::size_t b = 0; b < blocks; ++b) {
    search_block(embeddings, packed, b * block, std::min(rows, (b + 1) * block), matches);
  }
  return matches;
}

}  // namespace dg
