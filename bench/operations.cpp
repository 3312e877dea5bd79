// Google Benchmark over single operations on the shapes of the small work (64 pixels, a quarter of Table 1's
// channels, batch 81): build/release/bench_operations --benchmark_filter=arfa. For whole steps, and for
// every convolution by every kernel, see `doppel bench`.
#include <benchmark/benchmark.h>

#include "autograd/ops.h"
#include "layers/parameter.h"
#include "optim/nesterov_sgd.h"
#include "tensor/rng.h"

namespace dg {
namespace {

constexpr std::int64_t batch = 81, classes = 20000, embedding = 512;

Tensor random(const Shape& shape) {
  Rng rng(1, 0);
  std::vector<Real> values(static_cast<std::size_t>(shape.elements()));
  for (Real& v : values) v = static_cast<Real>(rng.normal());
  return Tensor::from(shape, values);
}

// Forward once, or forward and backward with an upstream gradient of ones.
template <class Forward>
void time(benchmark::State& state, std::int64_t elements, const Forward& forward, bool walk_back) {
  for (auto _ : state) {
    const Var y = forward();
    if (walk_back) backward(y, Tensor::full(y.shape(), 1));
    benchmark::DoNotOptimize(y.value().data());
  }
  state.SetBytesProcessed(state.iterations() * elements * static_cast<std::int64_t>(sizeof(Real)));
}

void image_sizes(
    benchmark::internal::Benchmark* b) {  // height = width, channels, and forward or with backward
  b->ArgNames({"size", "channels", "backward"});
  for (const auto& [size, channels] : {std::pair{32, 16}, {16, 32}, {8, 64}, {4, 128}, {2, 256}}) {
    b->Args({size, channels, 0})->Args({size, channels, 1});
  }
  b->Unit(benchmark::kMicrosecond);
}

Shape images(const benchmark::State& state) {
  return {batch, state.range(0), state.range(0), state.range(1)};
}

void bench_arfa(benchmark::State& state) {
  const Var x(random(images(state)), true), a(Tensor::full({state.range(1)}, 1), true);
  time(
      state, x.value().size(), [&] { return arfa(x, a, 1); }, state.range(2) != 0);
}
BENCHMARK(bench_arfa)->Apply(image_sizes);

void bench_add(benchmark::State& state) {
  const Var x(random(images(state)), true), y(random(images(state)), true);
  time(
      state, x.value().size(), [&] { return add(x, y); }, state.range(2) != 0);
}
BENCHMARK(bench_add)->Apply(image_sizes);

void bench_max_pool(benchmark::State& state) {
  const Var x(random(images(state)), true);
  time(
      state, x.value().size(), [&] { return max_pool(x); }, state.range(2) != 0);
}
BENCHMARK(bench_max_pool)->Apply(image_sizes);

void bench_conv2d(benchmark::State& state) {
  const std::int64_t c = state.range(1);
  const Var x(random(images(state)), true), w(random({c, 3, 3, c}), true);
  time(
      state, x.value().size(), [&] { return conv2d(x, w, Var(), {.pad = 1}); }, state.range(2) != 0);
}
BENCHMARK(bench_conv2d)->Apply(image_sizes);

void bench_classifier(benchmark::State& state) {
  const Var e(random({batch, embedding}), true), w(random({classes, embedding}), true);
  time(
      state, batch * classes, [&] { return matmul(e, w, false, true); }, state.range(0) != 0);
}
BENCHMARK(bench_classifier)->ArgName("backward")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void bench_softmax(benchmark::State& state) {
  const Var logits(random({batch, classes}), true);
  const auto labels = Array<std::int32_t>::from(std::vector<std::int32_t>(batch, 7));
  time(
      state, batch * classes, [&] { return softmax_cross_entropy(logits, labels).loss; },
      state.range(0) != 0);
}
BENCHMARK(bench_softmax)->ArgName("backward")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void bench_nesterov_sgd(benchmark::State& state) {
  Parameter p{.name = "w", .shape = {classes, embedding}, .decay = true};
  p.set(random(p.shape));
  NesterovSgd optimiser({&p}, {});
  for (auto _ : state) {
    state.PauseTiming();  // the gradient is cleared by each update
    p.value.node()->grad = Tensor::full(p.shape, Real(1e-3));
    state.ResumeTiming();
    optimiser.step(1e-3);
  }
  state.SetBytesProcessed(state.iterations() * classes * embedding * static_cast<std::int64_t>(sizeof(Real)));
}
BENCHMARK(bench_nesterov_sgd)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dg

BENCHMARK_MAIN();
