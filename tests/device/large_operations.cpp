// More rows than a launch has blocks in one direction (2^16), with few columns.
#include "autograd/ops/column_sum.h"
#include "device/operations.h"

namespace dg::test {

Operations large_operations() {
  constexpr Index rows = 65'537;
  Rng rng(105);
  const auto many = [&rng](const char* name, Index cols, Index reduction = 1) {
    return normal_input(rng, name, {rows, cols}, reduction);
  };
  Operations all;
  const auto put = [&all](const char* name, std::vector<Input> inputs, Index reduction, auto run) {
    all.push_back({.name = name,
                   .what = "65,537 rows",
                   .inputs = std::move(inputs),
                   .reduction = reduction,
                   .products = std::string(name) == "matmul" || std::string(name) == "conv2d" ||
                               std::string(name) == "pairwise_similarity",
                   .run = run});
  };
  put("add", {many("x", 3), normal_input(rng, "bias", {3}, rows)}, 1,
      [](const auto& v) { return add(v[0], v[1]); });
  put("arfa", {many("x", 3), uniform_input(rng, "a", {3}, 0.5, 2, rows)}, 1,
      [](const auto& v) { return arfa(v[0], v[1], Real(1.1)); });
  put("concat", {many("x", 1), many("y", 2)}, 1, [](const auto& v) { return concat(v); });
  put("maxout", {many("x", 4)}, 1, [](const auto& v) { return maxout(v[0]); });
  put("reshape", {many("x", 3)}, 1, [](const auto& v) { return reshape(v[0], {3, rows}); });
  put("scale", {many("x", 2), normal_input(rng, "s", {1}, 2 * rows)}, 1,
      [](const auto& v) { return scale(v[0], v[1]); });
  put("sum", {many("x", 1)}, rows, [](const auto& v) { return sum(v[0]); });
  put("mean", {many("x", 1)}, rows, [](const auto& v) { return mean(v[0]); });
  put("column_sum", {constant(many("x", 3))}, rows,
      [](const auto& v) { return Var(column_sum(v[0].value())); });
  put("l2_normalize", {many("x", 3, 3)}, 3, [](const auto& v) { return l2_normalize(v[0]); });
  put("softmax_cross_entropy", {many("logits", 3, 3)}, rows + 3, [](const auto& v) {
    const auto labels = some_labels(rows, 3);
    return softmax_cross_entropy(v[0], Array<std::int32_t>::from(labels, v[0].device())).loss;
  });
  put("matmul", {many("a", 3, 2), normal_input(rng, "b", {3, 2}, rows)}, 3,
      [](const auto& v) { return matmul(v[0], v[1]); });
  put("max_pool", {normal_input(rng, "x", {1, 2, 2 * rows, 1}, 4)}, 1,
      [](const auto& v) { return max_pool(v[0]); });
  put("conv2d",
      {normal_input(rng, "x", {rows, 1, 2, 1}, 2), normal_input(rng, "w", {1, 1, 2, 1}, rows),
       normal_input(rng, "bias", {1}, rows)},
      2, [](const auto& v) { return conv2d(v[0], v[1], v[2]); });
  put("pairwise_similarity", {normal_input(rng, "e", {257, 2}, 514)}, 2,
      [](const auto& v) { return pairwise_similarity(v[0]); });
  put("pairwise_distance", {normal_input(rng, "e", {257, 2}, 257)}, 2,
      [](const auto& v) { return pairwise_distance(v[0]); });
  return all;
}

}  // namespace dg::test
