#include "autograd/ops/column_sum.h"
#include "device/operations.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

Var cross_entropy(const Var& logits) {
  const auto labels = some_labels(logits.shape()[0], logits.shape()[1]);
  return softmax_cross_entropy(logits, Array<std::int32_t>::from(labels, logits.device())).loss;
}

void sum_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{}, {0, 5}, {1}, {7, 3}, {2, 3, 5, 37}}) {
    all.push_back({.name = "sum",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "x", s)},
                   .reduction = s.elements(),
                   .run = [](const auto& v) { return sum(v[0]); }});
    if (s.elements() == 0) continue;
    all.push_back({.name = "mean",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "x", s)},
                   .reduction = s.elements(),
                   .run = [](const auto& v) { return mean(v[0]); }});
  }
}

void column_sum_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{0, 3}, {1, 1}, {7, 5}, {70, 33}, {2, 3, 3, 65}, {3, 0}}) {
    all.push_back({.name = "column_sum",
                   .what = s.str(),
                   .inputs = {constant(normal_input(rng, "x", s))},
                   .reduction = s.rows(),
                   .run = [](const auto& v) { return Var(column_sum(v[0].value())); }});
  }
}

void l2_normalize_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{0, 4}, {1, 2}, {5, 3}, {3, 300}, {2, 2, 2, 7}}) {
    all.push_back({.name = "l2_normalize",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "x", s, s.columns())},
                   .reduction = s.columns(),
                   .run = [](const auto& v) { return l2_normalize(v[0]); }});
  }
  all.push_back({.name = "l2_normalize",
                 .what = "rows of one number, whose gradient is rounding",
                 .inputs = {{.name = "x", .shape = {4, 1}, .values = {2, -0.7f, 3, 1}, .largest = 2}},
                 .run = [](const auto& v) { return l2_normalize(v[0]); }});
  all.push_back({.name = "l2_normalize",
                 .what = "a row of zeros",
                 .inputs = {{"x", {3, 2}, {1, 2, 0, 0, -3, 4}, 2}},
                 .reduction = 2,
                 .run = [](const auto& v) { return l2_normalize(v[0]); }});
}

void cross_entropy_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{1, 1}, {1, 2}, {5, 3}, {9, 37}, {3, 300}, {300, 5}}) {
    all.push_back({.name = "softmax_cross_entropy",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "logits", s, s.columns())},
                   .reduction = s.columns() + s.rows(),
                   .run = [](const auto& v) { return cross_entropy(v[0]); }});
  }
  all.push_back({.name = "softmax_cross_entropy",
                 .what = "saturated both ways",
                 .inputs = {uniform_input(rng, "logits", {8, 5}, -60, 60, 5)},
                 .reduction = 13,
                 .run = [](const auto& v) { return cross_entropy(v[0]); }});
  all.push_back({.name = "softmax_cross_entropy",
                 .what = "in place, after scale",
                 .inputs = {normal_input(rng, "x", {9, 37}, 37)},
                 .reduction = 46,
                 .run = [](const auto& v) { return cross_entropy(scale(v[0], Real(2))); }});
}

}  // namespace

Operations row_operations() {
  Rng rng(102);
  Operations all;
  sum_cases(all, rng);
  column_sum_cases(all, rng);
  l2_normalize_cases(all, rng);
  cross_entropy_cases(all, rng);
  return all;
}

}  // namespace dg::test
