#include "sampling/compared/nearest_classes.h"

#include <algorithm>
#include <limits>

#include "sampling/check.h"

namespace dg {
namespace {

constexpr std::size_t block = 128;  // classes per walk over the panels: their embeddings stay in cache

/// The k best so far, best first. Offers come by ascending class, so a strict comparison orders ties.
class Nearest {
 public:
  Nearest(ClassId* classes, float* products, std::size_t k) : classes_(classes), products_(products), k_(k) {}

  bool wants(float product) const { return product > products_[k_ - 1]; }
  void offer(ClassId other, float product) {
    std::size_t place = k_ - 1;
    for (; place > 0 && product > products_[place - 1]; --place) {
      products_[place] = products_[place - 1];
      classes_[place] = classes_[place - 1];
    }
    products_[place] = product;
    classes_[place] = other;
  }

 private:
  ClassId* classes_;
  float* products_;
  std::size_t k_;
};

}  // namespace

std::vector<ClassId> nearest_classes(const Embeddings& classes, const PackedColumns& packed, int k,
                                     ClassId first, ClassId last) {
  const std::size_t n = packed.columns(), dim = packed.dim();
  demand(k >= 1, "nearest_classes", "k must be at least 1, got ", k);
  demand(0 <= first && first <= last && static_cast<std::size_t>(last) <= n, "nearest_classes",
         "the range must be within 0..", n, ", got ", first, "..", last);
  const auto begin = static_cast<std::size_t>(first), end = static_cast<std::size_t>(last),
             per_class = static_cast<std::size_t>(k);
  std::vector<ClassId> nearest((end - begin) * per_class, no_class);
  std::vector<float> products(block * per_class);
  PackedColumns::Tile tile;
  for (std::size_t b = begin; b < end; b += block) {
    const std::size_t b_end = std::min(end, b + block);
    std::fill(products.begin(), products.end(), -std::numeric_limits<float>::infinity());
    for (std::size_t panel = 0; panel < packed.panels(); ++panel) {
      const std::size_t column = panel * PackedColumns::panel_columns;
      const std::size_t columns = std::min(PackedColumns::panel_columns, n - column);
      for (std::size_t c = b; c < b_end; c += PackedColumns::tile_rows) {
        std::array<const float*, PackedColumns::tile_rows> rows;  // behind the last class: that one again
        for (std::size_t r = 0; r < rows.size(); ++r)
          rows[r] = classes.values.data() + std::min(c + r, b_end - 1) * dim;
        packed.multiply(rows, panel, tile);
        for (std::size_t r = 0; r < std::min(rows.size(), b_end - c); ++r) {
          Nearest best(&nearest[(c + r - begin) * per_class], &products[(c + r - b) * per_class], per_class);
          for (std::size_t j = 0; j < columns; ++j) {
            if (best.wants(tile[r][j]) && column + j != c + r)
              best.offer(static_cast<ClassId>(column + j), tile[r][j]);
          }
        }
      }
    }
  }
  return nearest;
}

std::vector<ClassId> nearest_classes(const Embeddings& classes, int k) {
  demand_rows(classes, classes.rows(), "nearest_classes");
  return nearest_classes(classes, PackedColumns(classes), k, 0, static_cast<ClassId>(classes.rows()));
}

}  // namespace dg
