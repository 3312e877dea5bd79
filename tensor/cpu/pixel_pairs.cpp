#include "tensor/cpu/pixel_pairs.h"

#include <algorithm>

#include "tensor/cpu/onednn.h"
#include "tensor/parallel.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

// Into how many parts to split the rows of each of `tasks` products, so that all threads have about the same
// work. With 8 tasks a thread, one thread's last task is at most an eighth of its work, and nothing is split;
// otherwise each thread gets about 4 parts. Parts of fewer than 16 rows would be slower than the imbalance
// they mend.
Index parts_per_task(Index tasks, Index rows) {
  constexpr Index enough_tasks = 8, wanted_parts = 4, smallest_part = 16;
  const Index t = threads();
  if (tasks % t == 0 || tasks >= enough_tasks * t) return 1;
  return std::clamp<Index>((wanted_parts * t + tasks - 1) / tasks, 1,
                           std::max<Index>(1, rows / smallest_part));
}

// The input coordinate that filter position r reads for output coordinate p.
Index source(const ConvGeometry& g, Index p, Index r) { return p * g.stride - g.pad + r * g.dilation; }

bool inside(Index value, Index size) { return value >= 0 && value < size; }

// `rows` rows of `cols` numbers, `stride` apart: each becomes `values`, or zeros where that is null.
void fill_rows(float* data, Index rows, Index stride, Index cols, const float* values) {
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) data[i * stride + j] = values == nullptr ? 0 : values[j];
  }
}

}  // namespace

void pixel_pairs_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  const Index ow = g.out_w(), outputs = g.out_h() * ow, inputs = g.h * g.w, taps = g.r * g.s;
  const Index parts = parts_per_task(outputs, g.n);
  FirstFailure failure;
#pragma omp parallel for schedule(static)
  for (Index task = 0; task < outputs * parts; ++task) {
    const Index p = task % outputs, part = task / outputs;
    const Index begin = g.n * part / parts, rows = g.n * (part + 1) / parts - begin;
    float* const out = y + (begin * outputs + p) * g.k;
    bool started = bias != nullptr;
    if (started) fill_rows(out, rows, outputs * g.k, g.k, bias);
    for (Index tap = 0; tap < taps; ++tap) {
      const Index row = source(g, p / ow, tap / g.s), col = source(g, p % ow, tap % g.s);
      if (!inside(row, g.h) || !inside(col, g.w)) continue;
      const Gemm product{.transpose_b = true,
                         .m = rows,
                         .n = g.k,
                         .k = g.c,
                         .a = x + (begin * inputs + row * g.w + col) * g.c,
                         .lda = inputs * g.c,
                         .b = w + tap * g.c,
                         .ldb = taps * g.c,
                         .beta = started ? 1.0f : 0.0f,
                         .c = out,
                         .ldc = outputs * g.k};
      failure.run([&] { onednn_gemm(product); });
      started = true;
    }
    if (!started) fill_rows(out, rows, outputs * g.k, g.k, nullptr);
  }
  failure.rethrow();
}

void pixel_pairs_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  const Index oh = g.out_h(), ow = g.out_w(), outputs = oh * ow, inputs = g.h * g.w, taps = g.r * g.s;
  const Index parts = parts_per_task(inputs, g.n);
  FirstFailure failure;
#pragma omp parallel for schedule(static)
  for (Index task = 0; task < inputs * parts; ++task) {
    const Index q = task % inputs, part = task / inputs;
    const Index begin = g.n * part / parts, rows = g.n * (part + 1) / parts - begin;
    float* const out = dx + (begin * inputs + q) * g.c;
    bool started = false;
    for (Index tap = 0; tap < taps; ++tap) {
      // The output pixel that reads q through this filter position, if there is one.
      const Index down = q / g.w + g.pad - tap / g.s * g.dilation,
                  right = q % g.w + g.pad - tap % g.s * g.dilation;
      if (down < 0 || right < 0 || down % g.stride != 0 || right % g.stride != 0) continue;
      const Index row = down / g.stride, col = right / g.stride;
      if (row >= oh || col >= ow) continue;
      const Gemm product{.m = rows,
                         .n = g.c,
                         .k = g.k,
                         .a = dy + (begin * outputs + row * ow + col) * g.k,
                         .lda = outputs * g.k,
                         .b = w + tap * g.c,
                         .ldb = taps * g.c,
                         .beta = started ? 1.0f : 0.0f,
                         .c = out,
                         .ldc = inputs * g.c};
      failure.run([&] { onednn_gemm(product); });
      started = true;
    }
    if (!started) fill_rows(out, rows, inputs * g.c, g.c, nullptr);
  }
  failure.rethrow();
}

void pixel_pairs_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  const Index ow = g.out_w(), outputs = g.out_h() * ow, inputs = g.h * g.w, taps = g.r * g.s;
  const Index parts = parts_per_task(taps, g.k);
  FirstFailure failure;
  // Filter positions have unequal numbers of pairs (the middle one has most), hence the dynamic schedule.
  // Every part of dw has one writer, which adds in a fixed order: the bits do not depend on the schedule.
#pragma omp parallel for schedule(dynamic)
  for (Index task = 0; task < taps * parts; ++task) {
    const Index tap = task % taps, part = task / taps;
    const Index begin = g.k * part / parts, rows = g.k * (part + 1) / parts - begin;
    float* const out = dw + (begin * taps + tap) * g.c;
    bool started = false;
    for (Index p = 0; p < outputs; ++p) {
      const Index row = source(g, p / ow, tap / g.s), col = source(g, p % ow, tap % g.s);
      if (!inside(row, g.h) || !inside(col, g.w)) continue;
      const Gemm product{.transpose_a = true,
                         .m = rows,
                         .n = g.c,
                         .k = g.n,
                         .a = dy + p * g.k + begin,
                         .lda = outputs * g.k,
                         .b = x + (row * g.w + col) * g.c,
                         .ldb = inputs * g.c,
                         .beta = started ? 1.0f : 0.0f,
                         .c = out,
                         .ldc = taps * g.c};
      failure.run([&] { onednn_gemm(product); });
      started = true;
    }
    if (!started) fill_rows(out, rows, taps * g.c, g.c, nullptr);
  }
  failure.rethrow();
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
