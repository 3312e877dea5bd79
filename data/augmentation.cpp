#include "data/augmentation.h"

#include <cmath>

#include "tensor/parallel.h"

namespace dg {
namespace {

struct Augment {
  Real* out;
  const std::uint8_t* in;
  const Augmentation* per_photo;
  std::int64_t size;

  DG_FN Real sample(const std::uint8_t* photo, std::int64_t x, std::int64_t y, std::int64_t channel) const {
    return photo[(y * size + x) * 3 + channel];
  }

  DG_FN void operator()(std::int64_t photo, std::int64_t pixel) const {
    const Augmentation& p = per_photo[photo];
    const std::uint8_t* from = in + photo * size * size * 3;
    const std::int64_t col = pixel % size, y = pixel / size, x = p.mirror != 0 ? size - 1 - col : col;
    Real rgb[3];
    if (p.a == 1 && p.b == 0 && p.u == 0 && p.v == 0) {
      for (std::int64_t c = 0; c < 3; ++c) rgb[c] = sample(from, x, y, c);
    } else {
      const Real centre = static_cast<Real>(size - 1) / 2, last = static_cast<Real>(size - 1);
      const Real dx = static_cast<Real>(x) - centre, dy = static_cast<Real>(y) - centre;
      Real sx = p.a * dx + p.b * dy + p.u + centre, sy = -p.b * dx + p.a * dy + p.v + centre;
      sx = sx < 0 ? 0 : (sx > last ? last : sx);
      sy = sy < 0 ? 0 : (sy > last ? last : sy);
      const auto x0 = static_cast<std::int64_t>(sx), y0 = static_cast<std::int64_t>(sy);
      const std::int64_t x1 = x0 + 1 < size ? x0 + 1 : x0, y1 = y0 + 1 < size ? y0 + 1 : y0;
      const Real fx = sx - static_cast<Real>(x0), fy = sy - static_cast<Real>(y0);
      for (std::int64_t c = 0; c < 3; ++c) {
        const Real top = sample(from, x0, y0, c) + fx * (sample(from, x1, y0, c) - sample(from, x0, y0, c));
        const Real bottom =
            sample(from, x0, y1, c) + fx * (sample(from, x1, y1, c) - sample(from, x0, y1, c));
        rgb[c] = top + fy * (bottom - top);
      }
    }
    const Real mid = Real(127.5);
    rgb[0] = mid + p.contrast * (rgb[0] - mid) + p.red;
    rgb[1] = mid + p.contrast * (rgb[1] - mid) + p.green;
    rgb[2] = mid + p.contrast * (rgb[2] - mid) + p.blue;
    if (p.grey != 0) {
      const Real grey = Real(0.299) * rgb[0] + Real(0.587) * rgb[1] + Real(0.114) * rgb[2];
      rgb[0] = rgb[1] = rgb[2] = grey;
    }
    Real* to = out + (photo * size * size + pixel) * 3;
    for (std::int64_t c = 0; c < 3; ++c) to[c] = (rgb[c] - mid) / 128;
  }
};

}  // namespace

std::vector<Augmentation> draw_augmentations(std::int64_t n, const AugmentationOptions& o, Rng rng) {
  std::vector<Augmentation> all(static_cast<std::size_t>(n));
  for (Augmentation& p : all) {
    const double scale = 1 + rng.uniform(-o.scale, o.scale), angle = rng.uniform(-o.rotation, o.rotation);
    p.a = static_cast<float>(std::cos(angle) / scale);
    p.b = static_cast<float>(std::sin(angle) / scale);
    p.u = static_cast<float>(rng.uniform(-o.shift, o.shift));
    p.v = static_cast<float>(rng.uniform(-o.shift, o.shift));
    p.contrast = static_cast<float>(1 + rng.uniform(-o.contrast, o.contrast));
    p.mirror = rng.uniform() < 0.5 && o.mirror ? 1 : 0;
    p.red = static_cast<float>(rng.uniform(-o.colour, o.colour));
    p.green = static_cast<float>(rng.uniform(-o.colour, o.colour));
    p.blue = static_cast<float>(rng.uniform(-o.colour, o.colour));
    p.grey = rng.uniform() < o.grey ? 1 : 0;
  }
  return all;
}

Tensor augment(const Array<std::uint8_t>& images, std::int64_t size,
               const Array<Augmentation>& augmentations) {
  const std::int64_t n = augmentations.size();
  require(images.size() == n * size * size * 3, "augment",
          "{} photos of {} pixels a side need {} bytes, got {}", n, size, n * size * size * 3, images.size());
  require(augmentations.device() == images.device(), "augment",
          "photos and augmentations must be on {}, got {}", name(images.device()),
          name(augmentations.device()));
  const Tensor out(Shape{n, size, size, 3}, images.device());
  for_each(images.device(), n, size * size, Augment{out.data(), images.data(), augmentations.data(), size});
  return out;
}

Tensor augment(const Array<std::uint8_t>& images, std::int64_t size,
               const std::vector<Augmentation>& augmentations) {
  return augment(images, size, Array<Augmentation>::from(augmentations, images.device()));
}

Tensor normalise(const Array<std::uint8_t>& images, std::int64_t size, bool mirrored) {
  const std::int64_t bytes = size * size * 3;
  require(bytes > 0 && images.size() % bytes == 0, "normalise",
          "photos of {} pixels a side need whole multiples of {} bytes, got {}", size, bytes, images.size());
  Augmentation plain;
  plain.mirror = mirrored ? 1 : 0;
  return augment(images, size,
                 std::vector<Augmentation>(static_cast<std::size_t>(images.size() / bytes), plain));
}

}  // namespace dg
