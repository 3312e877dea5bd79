#include "data/faces/identity.h"

#include <algorithm>
#include <cmath>

namespace dg::faces {
namespace {

float logistic(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Identity identity_of(const Numbers& n) {
  const auto range = [&n](std::size_t k, float low, float high) {
    return low + (high - low) * logistic(n[k]);
  };
  // The ranges are such that every combination is a plausible face. Which number stands for
  // which trait is part of what a seed means.
  Identity f{};
  f.width = range(0, 0.54f, 0.74f);
  f.height = range(1, 0.72f, 0.92f);
  f.jaw = range(2, 0.02f, 0.36f);

  f.eye_y = f.height * range(3, -0.30f, -0.04f);
  f.eye_x = f.width * range(4, 0.36f, 0.54f);
  f.eye_width = range(5, 0.095f, 0.165f);
  f.eye_height = range(6, 0.042f, 0.098f);
  f.eye_slant = range(29, -0.22f, 0.30f);

  // The lower face is divided by shares, so that nose, mouth and chin never collide.
  f.nose_bottom = f.eye_y + (f.height - f.eye_y) * range(7, 0.34f, 0.56f);
  f.nose_width = range(8, 0.065f, 0.155f);
  f.nose_height = range(30, 0.16f, 0.34f);
  f.mouth_width = range(9, 0.13f, 0.29f);
  f.mouth_y = f.nose_bottom + (f.height - f.nose_bottom) * range(10, 0.30f, 0.50f);
  f.lip_height = range(11, 0.026f, 0.080f);

  f.brow_height = range(12, 0.018f, 0.060f);
  f.brow_y = f.eye_y - f.eye_height - range(13, 0.055f, 0.15f);
  f.brow_width = std::min(range(14, 0.11f, 0.22f), 0.88f * f.eye_x);  // the brows do not meet
  f.brow_slant = range(15, -0.35f, 0.35f);
  f.cheeks = range(16, 0, 1);
  f.chin = range(17, 0, 1);

  f.hairline = range(24, -0.80f, -0.50f);
  f.hair_curve = range(26, -0.25f, 0.55f);
  f.hair_part = range(31, -0.45f, 0.45f);
  f.hair_volume = range(25, 0.05f, 0.28f);
  f.hair_length = range(27, -0.50f, 0.95f);
  f.beard = std::clamp(range(28, -1.2f, 1.0f), 0.0f, 1.0f);
  f.beard_curve = range(32, -0.9f, 1.1f);

  f.skin = {0.47f + 0.47f * logistic(n[18]), 0.31f + 0.43f * logistic(n[18] + 0.18f * n[19]),
            0.215f + 0.385f * logistic(n[18] + 0.18f * n[20] - 0.15f)};
  const float tone = 1.2f * n[21];
  f.hair = {0.05f + 0.58f * logistic(tone - 1), 0.04f + 0.42f * logistic(tone - 1.2f - 0.25f * n[20]),
            0.035f + 0.29f * logistic(tone - 1.6f - 0.5f * n[20])};
  f.iris = {0.12f + 0.30f * logistic(n[22]), 0.10f + 0.32f * logistic(n[22] * 0.3f - 0.8f * n[23]),
            0.05f + 0.55f * logistic(-n[22] - 0.6f * n[23] - 0.9f)};
  const float red = logistic(n[19]);
  f.lips = f.skin * Rgb{1.02f, 0.68f - 0.22f * red, 0.68f - 0.18f * red};
  return f;
}

}  // namespace dg::faces
