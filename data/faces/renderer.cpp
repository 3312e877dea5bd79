#include "data/faces/renderer.h"

#include <algorithm>
#include <cmath>

#include "data/faces/layers.h"
#include "tensor/check.h"

namespace dg::faces {

Image Renderer::render(const Identity& face, const Conditions& photo, int size) {
  require(size >= 8, "render_face", "size must be at least 8 pixels, got {}", size);
  paint_samples(face, photo, 2 * size);
  filter(photo.blur, size);
  Image image(size, size);
  develop(photo, image);
  return image;
}

void Renderer::paint_samples(const Identity& face, const Conditions& photo, int samples) {
  surface_.build(face, photo, samples);
  const auto n = static_cast<std::size_t>(samples);
  samples_.resize(3 * n * n);
  behind_.resize(3 * n);
  const ColourRow skin{behind_.data(), behind_.data() + n, behind_.data() + 2 * n};
  for (int y = 0; y < samples; ++y) {
    float* const first = samples_.data() + static_cast<std::size_t>(y) * n;
    const ColourRow out{first, first + n * n, first + 2 * n * n};
    const SurfaceRow at = surface_.row(y);
    paint_behind(at, face, photo, out);
    paint_face(at, face, photo, skin);
    const float* const __restrict head = at.head;
    for (const auto& [to, from] : {std::pair{out.r, skin.r}, {out.g, skin.g}, {out.b, skin.b}}) {
      float* const __restrict t = to;
      const float* const __restrict f = from;
#pragma omp simd
      for (int x = 0; x < samples; ++x) t[x] += head[x] * (f[x] - t[x]);
    }
    paint_in_front(at, face, photo, out);
  }
}

// Makes one pixel of 2 x 2 samples with a Gaussian filter, separately in x and y. Its standard deviation is
// that of 0.4 pixels, against aliasing, and of the photo's blur together.
void Renderer::filter(double blur, int size) {
  const double sigma = 2 * std::hypot(0.4, blur * size);  // in samples
  const int reach = std::max(1, static_cast<int>(std::ceil(2.5 * sigma - 0.5)));
  // Cut off at 2.5 standard deviations. The middle of a pixel is between samples: taps at +-0.5, +-1.5, ...
  taps_.resize(static_cast<std::size_t>(2 * reach));
  float sum = 0;
  for (int k = 0; k < 2 * reach; ++k) {
    const double d = (k - reach + 0.5) / sigma;
    sum += taps_[static_cast<std::size_t>(k)] = static_cast<float>(std::exp(-0.5 * d * d));
  }
  for (float& tap : taps_) tap /= sum;
  const int n = 2 * size;
  const auto wide = static_cast<std::size_t>(n), narrow = static_cast<std::size_t>(size);
  pixels_.resize(3 * narrow * narrow);
  row_.resize(wide + 2 * static_cast<std::size_t>(reach));
  for (std::size_t c = 0; c < 3; ++c) {
    const float* const plane = samples_.data() + c * wide * wide;
    for (int y = 0; y < size; ++y) {
      float* const __restrict line = row_.data() + reach;
      std::fill(line, line + n, 0.0f);
      for (int k = 0; k < 2 * reach; ++k) {
        const int source = std::clamp(2 * y + 1 - reach + k, 0, n - 1);
        const float* const __restrict from = plane + static_cast<std::size_t>(source) * wide;
        const float tap = taps_[static_cast<std::size_t>(k)];
#pragma omp simd
        for (int x = 0; x < n; ++x) line[x] += tap * from[x];
      }
      std::fill(row_.data(), line, line[0]);
      std::fill(line + n, line + n + reach, line[n - 1]);
      float* const __restrict to = pixels_.data() + (c * narrow + static_cast<std::size_t>(y)) * narrow;
      for (int x = 0; x < size; ++x) to[x] = 0;
      for (int k = 0; k < 2 * reach; ++k) {
        const float tap = taps_[static_cast<std::size_t>(k)];
        const float* const __restrict from = line + 1 - reach + k;
#pragma omp simd
        for (int x = 0; x < size; ++x) to[x] += tap * from[2 * x];
      }
    }
  }
}

// Exposure, white balance and sensor noise. The sum of four random bytes is close enough to a normal number;
// its mean is 510, its variance 4 (256^2 - 1) / 12 = 65535 / 3.
void Renderer::develop(const Conditions& photo, Image& image) {
  const float strength = 255 * photo.noise / std::sqrt(65535.0f / 3);
  const std::size_t count = image.rgb.size(), area = count / 3;
  const float gain[3] = {255 * photo.gain.r, 255 * photo.gain.g, 255 * photo.gain.b};
  for (std::size_t first = 0; first < count; first += 4) {
    const Philox4 random = philox4x32({static_cast<std::uint32_t>(first / 4), 0, 0, 0}, photo.noise_key);
    for (std::size_t k = first; k < std::min(first + 4, count); ++k) {
      const std::uint32_t bits = random[k - first];
      const auto sum =
          static_cast<float>((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24));
      const std::size_t c = k % 3;
      const float value = gain[c] * pixels_[c * area + k / 3] + strength * (sum - 510);
      image.rgb[k] = static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f) + 0.5f);
    }
  }
}

}  // namespace dg::faces
