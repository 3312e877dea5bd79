#include "data/resize.h"

#include <algorithm>
#include <vector>

#include "tensor/check.h"

namespace dg {
namespace {

// One axis of the map: output i is the sum over t < taps of weight[t * out + i] * source[first[i] + t].
// first + taps never passes the source's end by more than one entry, and then with weight 0.
struct Axis {
  int taps = 0;
  std::vector<int> first;
  std::vector<float> weight;
};

Axis bilinear(int in, int out) {
  Axis axis{2, std::vector<int>(out), std::vector<float>(2 * static_cast<std::size_t>(out))};
  for (int i = 0; i < out; ++i) {
    // the position in units of 1 / (2 out), exact
    const std::int64_t unit = 2 * std::int64_t{out};
    const std::int64_t position =
        std::clamp((2 * std::int64_t{i} + 1) * in - out, std::int64_t{0}, (std::int64_t{in} - 1) * unit);
    const auto fraction =
        static_cast<float>(static_cast<double>(position % unit) / static_cast<double>(unit));
    axis.first[i] = static_cast<int>(position / unit);
    axis.weight[i] = 1 - fraction;
    axis.weight[out + i] = fraction;
  }
  return axis;
}

Axis area(int in, int out) {
  const int taps = (in + out - 1) / out + 1;
  Axis axis{taps, std::vector<int>(out), std::vector<float>(static_cast<std::size_t>(taps) * out)};
  for (int i = 0; i < out; ++i) {
    // in units of 1 / out of a source pixel: output i covers [low, high), source pixel p covers [p out, (p +
    // 1) out)
    const std::int64_t low = std::int64_t{i} * in, high = low + in;
    const auto first = static_cast<int>(std::min<std::int64_t>(low / out, std::max(in + 1 - taps, 0)));
    axis.first[i] = first;
    for (int t = 0; t < taps; ++t) {
      const std::int64_t begin = (std::int64_t{first} + t) * out;
      const std::int64_t overlap = std::min(high, begin + out) - std::max(low, begin);
      axis.weight[static_cast<std::size_t>(t) * out + i] =
          static_cast<float>(static_cast<double>(std::max<std::int64_t>(overlap, 0)) / in);
    }
  }
  return axis;
}

Axis make_axis(int in, int out) { return out >= in ? bilinear(in, out) : area(in, out); }

void add_weighted(const std::uint8_t* source, float weight, float* sum, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) sum[i] += weight * static_cast<float>(source[i]);
}

void add_gathered(const float* source, const int* index, const float* weight, float* sum, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) sum[i] += weight[i] * source[index[i]];
}

void round_to_bytes(const float* sum, std::uint8_t* out, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(static_cast<int>(sum[i] + 0.5f));
}

}  // namespace

void resize(const Image& image, int size, std::uint8_t* out, const std::optional<CropBox>& crop) {
  require(image.width > 0 && image.height > 0 && size > 0, "resize",
          "photo and size must be positive, got {} x {} pixels and size {}", image.width, image.height, size);
  const CropBox box = crop.value_or(CropBox{0, 0, image.width, image.height});
  require(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && box.x <= image.width - box.width &&
              box.y <= image.height - box.height,
          "resize",
          "the crop box (data.crop) must lie inside the photo of {} x {} pixels, got x {}, y {}, width {}, "
          "height {}",
          image.width, image.height, box.x, box.y, box.width, box.height);

  const Axis rows = make_axis(box.height, size), columns = make_axis(box.width, size);
  const int n = 3 * size, width = 3 * box.width;
  // The column taps spread over the three channels, so that the inner loop runs over one flat row.
  std::vector<int> index(n);
  std::vector<float> weight(static_cast<std::size_t>(columns.taps) * n);
  for (int i = 0; i < n; ++i) {
    index[i] = 3 * columns.first[i / 3] + i % 3;
    for (int t = 0; t < columns.taps; ++t) {
      weight[static_cast<std::size_t>(t) * n + i] =
          columns.weight[static_cast<std::size_t>(t) * size + i / 3];
    }
  }
  // One output row at a time: the source rows it needs are summed first, then the sum is resampled along x.
  std::vector<float> source(width + 3), sum(n);  // one pixel of zeros for the tap past the end
  for (int y = 0; y < size; ++y) {
    std::fill(source.begin(), source.end(), 0.0f);
    for (int t = 0; t < rows.taps; ++t) {
      const float w = rows.weight[static_cast<std::size_t>(t) * size + y];
      if (w != 0) add_weighted(image.pixel(box.x, box.y + rows.first[y] + t), w, source.data(), width);
    }
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (int t = 0; t < columns.taps; ++t) {
      add_gathered(source.data() + 3 * t, index.data(), weight.data() + static_cast<std::size_t>(t) * n,
                   sum.data(), n);
    }
    round_to_bytes(sum.data(), out + static_cast<std::size_t>(y) * n, n);
  }
}

}  // namespace dg
