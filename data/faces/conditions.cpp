#include "data/faces/conditions.h"

#include <algorithm>
#include <cmath>

namespace dg::faces {
namespace {

// Rooms and shirts are bright or dark, but their colours are seldom pure.
Rgb muted(float brightness, const Rgb& hue) {
  const float grey = (hue.r + hue.g + hue.b) / 3, chroma = 0.4f;
  return {std::clamp(brightness + chroma * (hue.r - grey), 0.0f, 1.0f),
          std::clamp(brightness + chroma * (hue.g - grey), 0.0f, 1.0f),
          std::clamp(brightness + chroma * (hue.b - grey), 0.0f, 1.0f)};
}

}  // namespace

Conditions draw_conditions(Rng& rng, double nuisance) {
  const auto q = static_cast<float>(nuisance);
  const auto normal = [&rng](float mean, float sd) { return mean + sd * static_cast<float>(rng.normal()); };
  const auto uniform = [&rng](float low, float high) { return static_cast<float>(rng.uniform(low, high)); };
  const auto hue = [&uniform] {
    const float r = uniform(0, 1), g = uniform(0, 1), b = uniform(0, 1);
    return Rgb{r, g, b};
  };
  const auto colour = [&uniform, &hue](float dark, float bright) {
    const float brightness = uniform(dark, bright);
    return muted(brightness, hue());
  };

  // Standard deviations and ranges at nuisance 1: they only have to look plausible. The order of the draws is
  // part of what a seed means.
  Conditions c{};
  c.roll = normal(0, 0.08f * q);
  c.scale = normal(1, 0.05f * q);
  c.shift_x = normal(0, 0.04f * q);
  c.shift_y = normal(0, 0.04f * q);
  c.yaw = normal(0, 0.22f * q);
  c.pitch = normal(0, 0.12f * q);
  c.smile = std::clamp(normal(0.2f, 0.4f * q), -0.3f, 1.0f);
  c.mouth_open = std::clamp(normal(0, 0.5f * q), 0.0f, 1.5f);
  c.gaze = std::clamp(normal(0, q), -2.0f, 2.0f);
  c.light_x = 0.7f * q * uniform(-1, 1);
  c.light_y = q * uniform(-0.6f, 0.2f) - 0.2f * (1 - q);
  c.light_z = 0.7f + q * uniform(-0.2f, 0.2f);
  c.glasses = uniform(0, 1) < 0.1f * q;
  c.frame = colour(0, 0.3f);
  c.background = colour(0.05f, 0.95f);
  c.backdrop = colour(0.05f, 0.95f);
  c.backdrop_slope = uniform(-0.5f, 0.5f);
  c.clothes = colour(0.05f, 0.95f);
  const float exposure = 1 - 0.025f * q + q * uniform(-0.225f, 0.225f);
  const Rgb balance = hue();
  c.gain = Rgb{1 + 0.14f * q * (balance.r - 0.5f), 1 + 0.14f * q * (balance.g - 0.5f),
               1 + 0.14f * q * (balance.b - 0.5f)} *
           exposure;
  c.blur = std::abs(normal(0, 0.007f * q));
  c.noise = 0.02f;
  c.noise_key = rng.bits();
  return c;
}

}  // namespace dg::faces
