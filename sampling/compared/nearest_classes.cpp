#include "sampling/compared/nearest_classes.h"

#include <algorithm>
#include <limits>

#include "sampling/check.h"

namespace dg {
namespace {

// Classes per walk over the panels: their embeddings, 256 KiB at 512 dimensions, stay in a core's
// second-level cache, and so each panel is fetched from memory once for 128 classes.
constexpr std::size_t block = 128;

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
  std::vector<float> highest(block * per_class), products(block * PackedColumns::panel_columns);
  for (std::size_t b = begin; b < end; b += block) {
    const std::size_t b_end = std::min(end, b + block);
    std::fill(highest.begin(), highest.end(), -std::numeric_limits<float>::infinity());
    for (std::size_t panel = 0; panel < packed.panels(); ++panel) {
      const std::size_t column = panel * PackedColumns::panel_columns;
      const std::size_t columns = std::min(PackedColumns::panel_columns, n - column);
      packed.multiply(classes.values.data() + b * dim, b_end - b, panel, products.data());
      for (std::size_t c = b; c < b_end; ++c) {
        const float* const row = &products[(c - b) * PackedColumns::panel_columns];
        Nearest best(&nearest[(c - begin) * per_class], &highest[(c - b) * per_class], per_class);
        for (std::size_t j = 0; j < columns; ++j) {
          if (best.wants(row[j]) && column + j != c) best.offer(static_cast<ClassId>(column + j), row[j]);
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
