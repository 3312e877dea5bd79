#include "evaluation/closest_pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "sampling/compared/inner_products.h"
#include "tensor/check.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

// Rows per walk over the panels: their numbers, 256 KiB at 512 dimensions, stay in a core's second-level
// cache.
constexpr std::size_t rows_of_a_tile = 128;

bool closer(const ClosePair& a, const ClosePair& b) {
  return std::tuple(-a.cosine, a.first, a.second) < std::tuple(-b.cosine, b.first, b.second);
}

/// The closest pairs of those offered, as a heap with the least close one in front.
class ClosestSoFar {
 public:
  explicit ClosestSoFar(std::size_t most) : most_(most) { pairs_.reserve(most); }

  /// Equal cosines may still be wanted: the order of the rows decides.
  bool wants(float cosine) const {
    return pairs_.size() < most_ || (most_ > 0 && cosine >= pairs_.front().cosine);
  }
  void offer(const ClosePair& pair) {
    if (pairs_.size() == most_) {
      if (!closer(pair, pairs_.front())) return;
      std::ranges::pop_heap(pairs_, closer);
      pairs_.pop_back();
    }
    pairs_.push_back(pair);
    std::ranges::push_heap(pairs_, closer);
  }
  const std::vector<ClosePair>& pairs() const { return pairs_; }

 private:
  std::size_t most_;
  std::vector<ClosePair> pairs_;
};

/// All pairs whose first row is one of first..last-1.
void search_tile(const EmbeddingView& rows, const PackedColumns& packed, std::size_t first, std::size_t last,
                 ClosestSoFar& closest) {
  std::array<float, rows_of_a_tile * PackedColumns::panel_columns> cosines;  // [rows, panel_columns]
  for (std::size_t panel = first / PackedColumns::panel_columns; panel < packed.panels(); ++panel) {
    const std::size_t column = panel * PackedColumns::panel_columns;
    const std::size_t end = std::min(column + PackedColumns::panel_columns, packed.columns());
    packed.multiply(rows.row(first).data(), last - first, panel, cosines.data());
    for (std::size_t i = first; i < last; ++i) {
      const float* const row = &cosines[(i - first) * PackedColumns::panel_columns];
      for (std::size_t j = std::max(i + 1, column); j < end; ++j) {
        const float cosine = row[j - column];
        if (closest.wants(cosine)) closest.offer({static_cast<ClassId>(i), static_cast<ClassId>(j), cosine});
      }
    }
  }
}

}  // namespace

std::vector<ClosePair> closest_pairs(const EmbeddingView& rows, std::size_t most) {
  constexpr auto where = "closest_pairs";
  check_embeddings(where, rows);
  const std::size_t count = rows.rows();
  require(count <= static_cast<std::size_t>(std::numeric_limits<ClassId>::max()), where,
          "rows must be at most {}, got {}", std::numeric_limits<ClassId>::max(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const double length = std::sqrt(double{dot(rows.row(i), rows.row(i))});
    require(std::abs(length - 1) < 1e-3, where, "row {} must have length 1, got {}", i, length);
  }
  if (count < 2) return {};
  most = std::min(most, count * (count - 1) / 2);
  const PackedColumns packed(rows.values, rows.dim);
  const std::size_t tiles = (count + rows_of_a_tile - 1) / rows_of_a_tile,
                    workers = std::min<std::size_t>(tiles, static_cast<std::size_t>(threads()));
  // All memory is taken here: nothing may throw inside the parallel region. Later tiles have fewer columns,
  // so the workers take turns.
  std::vector<ClosestSoFar> found;
  for (std::size_t w = 0; w < workers; ++w) found.emplace_back(most);
#pragma omp parallel for schedule(static, 1)
  for (std::size_t w = 0; w < workers; ++w) {
    for (std::size_t tile = w; tile < tiles; tile += workers) {
      search_tile(rows, packed, tile * rows_of_a_tile, std::min(count, (tile + 1) * rows_of_a_tile),
                  found[w]);
    }
  }
  ClosestSoFar closest(most);
  for (const ClosestSoFar& own : found) {
    for (const ClosePair& pair : own.pairs()) closest.offer(pair);
  }
  std::vector<ClosePair> sorted = closest.pairs();
  std::ranges::sort(sorted, closer);
  return sorted;
}

}  // namespace dg
