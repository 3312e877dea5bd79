// The classes nearest to each class: the k highest inner products of its embedding with those of all others,
// exactly, without an index. Time is C^2 d multiplications in all; memory C d numbers more than the result.
#pragma once
#include <span>
#include <vector>

#include "sampling/compared/inner_products.h"
#include "sampling/embeddings.h"

namespace dg {

/// For each class its `k` nearest other classes, nearest first: [C, k]. `classes` [C, d] has one embedding
/// per class. Equally near ones are ordered by class. Where fewer than k others exist, or a product is not a
/// number, the places left are `no_class`. Error when k < 1.
std::vector<ClassId> nearest_classes(const Embeddings& classes, int k);
/// Of the classes first..last-1 alone, [last - first, k], with the packing of `classes` done before: several
/// ranges share it. Error when the range is not within 0..C.
std::vector<ClassId> nearest_classes(const Embeddings& classes, const PackedColumns& packed, int k,
                                     ClassId first, ClassId last);

}  // namespace dg
