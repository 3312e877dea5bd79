#include "device/operations.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

const std::vector<Shape> shapes{{0, 5}, {1, 1}, {7, 3}, {2, 3, 2, 5}, {3, 257}};

void add_cases(Operations& all, Rng& rng) {
  for (const Shape& s : shapes) {
    all.push_back({.name = "add",
                   .what = s.str(),
                   .inputs = {normal_input(rng, "x", s), normal_input(rng, "y", s)},
                   .run = [](const auto& v) { return add(v[0], v[1]); }});
    all.push_back({.name = "add",
                   .what = s.str() + " + bias",
                   .inputs = {normal_input(rng, "x", s), normal_input(rng, "bias", {s.columns()}, s.rows())},
                   .run = [](const auto& v) { return add(v[0], v[1]); }});
  }
  all.push_back(
      {.name = "add", .what = "x + x", .inputs = {normal_input(rng, "x", {5, 3})}, .run = [](const auto& v) {
         return add(v[0], v[0]);
       }});
  all.push_back({.name = "add",
                 .what = "in place, after scale",
                 .inputs = {normal_input(rng, "x", {5, 3}), normal_input(rng, "y", {5, 3})},
                 .run = [](const auto& v) { return add(scale(v[0], Real(2)), v[1]); }});
}

void scale_cases(Operations& all, Rng& rng) {
  for (const Shape& s : shapes) {
    all.push_back({.name = "scale",
                   .what = s.str() + " by a trained number",
                   .inputs = {normal_input(rng, "x", s), normal_input(rng, "s", {1}, s.elements())},
                   .run = [](const auto& v) { return scale(v[0], v[1]); }});
    all.push_back({.name = "scale",
                   .what = s.str() + " by a constant",
                   .inputs = {normal_input(rng, "x", s)},
                   .run = [](const auto& v) { return scale(v[0], Real(-1.5)); }});
  }
  all.push_back({.name = "scale",
                 .what = "in place, by a number that is not trained",
                 .inputs = {normal_input(rng, "x", {5, 3}), constant(normal_input(rng, "s", {}))},
                 .run = [](const auto& v) { return scale(scale(v[0], Real(3)), v[1]); }});
  all.push_back({.name = "scale",
                 .what = "only the number is trained",
                 .inputs = {constant(normal_input(rng, "x", {5, 3})), normal_input(rng, "s", {1}, 15)},
                 .run = [](const auto& v) { return scale(v[0], v[1]); }});
}

void reshape_cases(Operations& all, Rng& rng) {
  all.push_back({.name = "reshape",
                 .what = "[4, 3, 2] to [6, 4]",
                 .inputs = {normal_input(rng, "x", {4, 3, 2})},
                 .run = [](const auto& v) {
                   return reshape(v[0], {6, 4});
                 }});
  all.push_back({.name = "reshape",
                 .what = "no rows",
                 .inputs = {normal_input(rng, "x", {0, 3, 2})},
                 .run = [](const auto& v) {
                   return reshape(v[0], {0, 6});
                 }});
  // The buffer has two owners: scaling may not overwrite it.
  all.push_back({.name = "reshape",
                 .what = "x reshaped and scaled, + x",
                 .inputs = {normal_input(rng, "x", {4, 3})},
                 .run = [](const auto& v) {
                   const Var x = scale(v[0], Real(2));
                   return add(reshape(scale(reshape(x, {12}), Real(3)), {4, 3}), x);
                 }});
}

void concat_cases(Operations& all, Rng& rng) {
  for (const auto& widths : std::vector<std::vector<Index>>{{3}, {1, 2}, {5, 0, 4}, {8, 4, 4}, {33, 1}}) {
    for (const Index rows : {0, 1, 6}) {
      Operation op{.name = "concat",
                   .what = fmt::format("{} rows, widths {}", rows, fmt::join(widths, " + ")),
                   .run = [](const auto& v) { return concat(v); }};
      for (std::size_t i = 0; i < widths.size(); ++i) {
        op.inputs.push_back(normal_input(rng, fmt::format("x{}", i), {rows, 1, widths[i]}));
      }
      all.push_back(op);
    }
  }
  all.push_back({.name = "concat",
                 .what = "x twice beside a constant",
                 .inputs = {normal_input(rng, "x", {2, 3}), constant(normal_input(rng, "zeros", {2, 2}))},
                 .run = [](const auto& v) {
                   return concat({v[0], v[1], v[0]});
                 }});
}

void arfa_cases(Operations& all, Rng& rng) {
  for (const Shape& s : shapes) {
    all.push_back(
        {.name = "arfa",
         .what = s.str(),
         .inputs = {normal_input(rng, "x", s), uniform_input(rng, "a", {s.columns()}, 0.1, 2, s.rows())},
         .run = [](const auto& v) { return arfa(v[0], v[1], Real(1.3)); }});
  }
  all.push_back({.name = "arfa",
                 .what = "in place, after scale",
                 .inputs = {normal_input(rng, "x", {9, 5}), uniform_input(rng, "a", {5}, 0.1, 2, 9)},
                 .run = [](const auto& v) { return arfa(scale(v[0], Real(2)), v[1], Real(0.7)); }});
  all.push_back({.name = "arfa",
                 .what = "x + arfa(x)",
                 .inputs = {normal_input(rng, "x", {9, 5}), uniform_input(rng, "a", {5}, 0.1, 2, 9)},
                 .run = [](const auto& v) { return add(arfa(v[0], v[1], Real(0.7)), v[0]); }});
  all.push_back(
      {.name = "arfa",
       .what = "only a is trained",
       .inputs = {constant(normal_input(rng, "x", {9, 5})), uniform_input(rng, "a", {5}, 0.1, 2, 9)},
       .run = [](const auto& v) { return arfa(v[0], v[1], Real(0.7)); }});
  all.push_back({.name = "arfa",
                 .what = "a is not trained",
                 .inputs = {normal_input(rng, "x", {9, 5}), constant(uniform_input(rng, "a", {5}, 0.1, 2))},
                 .run = [](const auto& v) { return arfa(v[0], v[1], Real(0.7)); }});
}

void maxout_cases(Operations& all, Rng& rng) {
  for (const Shape& s : {Shape{0, 4}, {1, 2}, {5, 6}, {3, 34}, {4, 0}}) {
    all.push_back(
        {.name = "maxout", .what = s.str(), .inputs = {normal_input(rng, "x", s)}, .run = [](const auto& v) {
           return maxout(v[0]);
         }});
  }
  all.push_back({.name = "maxout",
                 .what = "ties",
                 .inputs = {{"x", {2, 4}, {1, 2, 1, 2, 3, -1, -1, 3}}},
                 .run = [](const auto& v) { return maxout(v[0]); }});
}

}  // namespace

Operations element_operations() {
  Rng rng(101);
  Operations all;
  add_cases(all, rng);
  scale_cases(all, rng);
  reshape_cases(all, rng);
  concat_cases(all, rng);
  arfa_cases(all, rng);
  maxout_cases(all, rng);
  return all;
}

}  // namespace dg::test
