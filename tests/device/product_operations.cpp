#include "device/geometries.h"
#include "device/operations.h"

namespace dg::test {
namespace {

void matmul_cases(Operations& all, Rng& rng) {
  struct Sizes {
    Index m, n, k;
  };
  for (const auto& [m, n, k] : {Sizes{0, 3, 4}, {3, 0, 4}, {3, 4, 0}, {1, 1, 1}, {7, 5, 3}, {33, 17, 65}}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        all.push_back({.name = "matmul",
                       .what = fmt::format("m {}, n {}, k {}{}{}", m, n, k, ta ? ", a transposed" : "",
                                           tb ? ", b transposed" : ""),
                       .inputs = {normal_input(rng, "a", ta ? Shape{k, m} : Shape{m, k}, n),
                                  normal_input(rng, "b", tb ? Shape{n, k} : Shape{k, n}, m)},
                       .reduction = k,
                       .products = true,
                       .run = [ta = ta, tb = tb](const auto& v) { return matmul(v[0], v[1], ta, tb); }});
      }
    }
  }
  all.push_back({.name = "matmul",
                 .what = "a times itself, transposed",
                 .inputs = {normal_input(rng, "a", {5, 7}, 10)},
                 .reduction = 7,
                 .products = true,
                 .run = [](const auto& v) { return matmul(v[0], v[0], false, true); }});
}

void conv2d_cases(Operations& all, Rng& rng) {
  std::vector<ConvGeometry> list = geometries();
  for (const ConvGeometry& g : empty_geometries()) list.push_back(g);
  for (const ConvGeometry& g : list) {
    const Index pixels = g.n * g.out_h() * g.out_w();
    Operation op{.name = "conv2d",
                 .what = g.str(),
                 .inputs = {normal_input(rng, "x", {g.n, g.h, g.w, g.c}, g.r * g.s * g.k),
                            normal_input(rng, "w", {g.k, g.r, g.s, g.c}, pixels)},
                 .reduction = g.r * g.s * g.c,
                 .products = true,
                 .run = [g](const auto& v) {
                   return conv2d(v[0], v[1], v.size() > 2 ? v[2] : Var(), {g.stride, g.pad, g.dilation});
                 }};
    all.push_back(op);
    op.what += ", bias";
    op.inputs.push_back(normal_input(rng, "bias", {g.k}, pixels));
    all.push_back(op);
  }
}

void pair_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{0, 4}, {1, 3}, {5, 1}, {9, 7}, {6, 65}}) {
    const Index n = s[0], d = s[1];
    all.push_back({.name = "pairwise_similarity",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "e", s, 2 * n)},
                   .reduction = d,
                   .products = true,
                   .run = [](const auto& v) { return pairwise_similarity(v[0]); }});
    all.push_back({.name = "pairwise_distance",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "e", s, n + d)},
                   .reduction = d,
                   .run = [](const auto& v) { return pairwise_distance(v[0]); }});
  }
  all.push_back({.name = "pairwise_distance",
                 .what = "two equal rows",
                 .inputs = {{"e", {3, 2}, {1, 2, 1, 2, 0.5f, -1}, 5}},
                 .reduction = 2,
                 .run = [](const auto& v) { return pairwise_distance(v[0]); }});
}

}  // namespace

Operations product_operations() {
  Rng rng(103);
  Operations all;
  matmul_cases(all, rng);
  conv2d_cases(all, rng);
  pair_cases(all, rng);
  return all;
}

Operations image_operations() {
  Rng rng(104);
  Operations all;
  struct Pooling {
    Shape x;
    Index window, stride;
  };
  for (const auto& [x, window, stride] : {Pooling{{0, 4, 4, 3}, 2, 2},
                                          {{2, 4, 4, 0}, 2, 2},
                                          {{1, 2, 2, 1}, 2, 2},
                                          {{2, 5, 7, 5}, 2, 2},
                                          {{2, 5, 4, 17}, 1, 2},
                                          {{1, 7, 7, 3}, 3, 1},
                                          {{2, 8, 7, 4}, 3, 2},
                                          {{1, 9, 8, 2}, 2, 3}}) {
    all.push_back({.name = "max_pool",
                   .what = fmt::format("{}, window {}, stride {}", x.str(), window, stride),
                   .inputs = {normal_input(rng, "x", x, window * window)},
                   .run = [window = window, stride = stride](const auto& v) {
                     return max_pool(v[0], window, stride);
                   }});
  }
  all.push_back({.name = "max_pool",
                 .what = "ties",
                 .inputs = {{"x", {1, 2, 4, 1}, {1, 1, 0, 2, 1, 1, 2, 2}}},
                 .run = [](const auto& v) { return max_pool(v[0]); }});
  return all;
}

}  // namespace dg::test
