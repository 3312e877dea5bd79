#include "data/faces/surface.h"

#include <algorithm>
#include <cmath>

namespace dg::faces {
namespace {

// u, v, a, b, head and shade as in SurfaceRow; height is the height field.
enum Plane { plane_u, plane_v, plane_a, plane_b, plane_head, plane_height, plane_shade, plane_count };

}  // namespace

float* Surface::plane(int k, int y) {
  return planes_.data() + (static_cast<std::size_t>(k) * n_ + y) * static_cast<std::size_t>(n_);
}

const float* Surface::plane(int k, int y) const { return const_cast<Surface*>(this)->plane(k, y); }

SurfaceRow Surface::row(int y) const {
  return {n_,
          soft_,
          plane(plane_u, y),
          plane(plane_v, y),
          plane(plane_a, y),
          plane(plane_b, y),
          plane(plane_head, y),
          plane(plane_shade, y),
          b_low_[static_cast<std::size_t>(y)],
          b_high_[static_cast<std::size_t>(y)]};
}

void Surface::build(const Identity& face, const Conditions& photo, int samples) {
  n_ = samples;
  soft_ = std::max(0.012f, 3.0f / static_cast<float>(samples));
  const auto side = static_cast<std::size_t>(n_);
  planes_.resize(side * side * plane_count);
  b_low_.resize(side);
  b_high_.resize(side);
  place(face, photo);
  raise(face, photo);
  light(photo);
}

// Picture -> head frame -> front view, and the head's outline.
void Surface::place(const Identity& face, const Conditions& photo) {
  // 0.95: a head with its hair would be taller than the picture; an average one now leaves a margin.
  const float step = 2 / static_cast<float>(n_), zoom = 1 / (0.95f * photo.scale);
  const float cos_roll = std::cos(photo.roll) * zoom, sin_roll = std::sin(photo.roll) * zoom;
  const float cos_yaw = std::cos(photo.yaw), sin_yaw = std::sin(photo.yaw);
  const float cos_pitch = std::cos(photo.pitch), sin_pitch = std::sin(photo.pitch);
  const float w = face.width, h = face.height, jaw = face.jaw, soft = soft_;
  for (int y = 0; y < n_; ++y) {
    float* const __restrict us = plane(plane_u, y);
    float* const __restrict vs = plane(plane_v, y);
    float* const __restrict as = plane(plane_a, y);
    float* const __restrict bs = plane(plane_b, y);
    float* const __restrict heads = plane(plane_head, y);
    float* const __restrict heights = plane(plane_height, y);
    const float dy = (static_cast<float>(y) + 0.5f) * step - 1 - photo.shift_y;
    float low = 1e9f, high = -1e9f;
#pragma omp simd reduction(min : low) reduction(max : high)
    for (int x = 0; x < n_; ++x) {
      const float dx = (static_cast<float>(x) + 0.5f) * step - 1 - photo.shift_x;
      const float u = cos_roll * dx + sin_roll * dy, v = cos_roll * dy - sin_roll * dx;
      const float q = v / h, down = q < 0 ? 0 : (q > 1 ? 1 : q);
      const float half = w * (1 - jaw * down * (0.4f + 0.6f * down));
      const float p = u / half, rho = p * p + q * q;
      const float r = std::sqrt(rho < 0.97f ? 1 - rho : 0.03f);
      const float beyond = rho < 0.97f ? 0 : rho - 0.97f;  // the height goes on falling: the rim is shaded
      const float turned = r * cos_yaw + p * sin_yaw;
      const float b = (q * cos_pitch - turned * sin_pitch) * h;
      us[x] = u;
      vs[x] = v;
      as[x] = (p * cos_yaw - r * sin_yaw) * half;
      bs[x] = b;
      heads[x] = inside((1 - std::sqrt(rho)) * half, soft);
      heights[x] = 0.66f * r - 1.5f * beyond;
      low = b < low ? b : low;
      high = b > high ? b : high;
    }
    b_low_[static_cast<std::size_t>(y)] = low;
    b_high_[static_cast<std::size_t>(y)] = high;
  }
}

// Adds the features to the height of the ellipsoid, one bell after the other: ridge, tip and wings of the
// nose, eye sockets, brow, cheeks, lips, the hollow below them, chin. Their sizes only have to look
// plausible.
void Surface::raise(const Identity& face, const Conditions& photo) {
  const float ex = face.eye_x, ey = face.eye_y, bottom = face.nose_bottom, nose = bottom - ey;
  const float nw = face.nose_width, mw = face.mouth_width * (1 + 0.2f * photo.smile), lip = face.lip_height;
  const float brow_rise = 0.06f + 0.04f * face.cheeks, cheek = 0.05f + 0.10f * face.cheeks;
  const float gape = 0.06f * photo.mouth_open, chin_y = face.height * 0.86f + gape;
  const float chin = 0.03f + 0.13f * face.chin;
  for (int y = 0; y < n_; ++y) {
    const float* const __restrict as = plane(plane_a, y);
    const float* const __restrict bs = plane(plane_b, y);
    float* const __restrict heights = plane(plane_height, y);
#pragma omp simd
    for (int x = 0; x < n_; ++x) {
      const float b = bs[x], side = magnitude(as[x]);
      // The ridge of the nose rises towards the tip and ends at the base; the tip leans with the turn of the
      // head.
      const float along = (b - ey + 0.08f) / (nose + 0.08f);
      const float rise = along < 0 ? 0 : (along > 1 ? 1 : along);
      const float end = 1 - smooth_step((b - bottom + 0.07f) / 0.11f);
      const float lean = photo.yaw * face.nose_height * 1.1f * rise * end;
      const float a = as[x] - lean, wing = magnitude(a) - 0.75f * nw;
      float z = face.nose_height * (0.15f + 0.60f * rise) * smooth_step(along * 3) * end *
                bell(square(a / (nw * (0.40f + 0.30f * rise))));
      z += 0.32f * face.nose_height * bell(square(a / (0.55f * nw)) + square((b - bottom + 0.07f) / 0.075f));
      z += 0.24f * face.nose_height *
           bell(square(wing / (0.40f * nw)) + square((b - bottom + 0.045f) / 0.05f));
      z -= 0.13f * bell(square((side - 0.86f * ex) / (face.eye_width * 1.45f)) +
                        square((b - ey) / (face.eye_height * 1.2f + 0.055f)));
      z += brow_rise *
           bell(square((side - ex) / (face.brow_width * 1.3f)) + square((b - face.brow_y) / 0.075f));
      z += cheek * bell(square((side - 1.22f * ex) / 0.17f) +
                        square((b - ey - 0.62f * nose + 0.05f * photo.smile) / 0.17f));
      z += 0.045f * bell(square(a / mw) + square((b - face.mouth_y) / (2.2f * lip + 0.03f)));
      z -= 0.045f *
           bell(square(a / (0.7f * mw)) + square((b - face.mouth_y - 1.6f * lip - gape - 0.055f) / 0.05f));
      z += chin * bell(square(a / 0.17f) + square((b - chin_y) / 0.12f));
      heights[x] += z;
    }
  }
}

// Lambert shading from the slopes of the height field in the picture.
void Surface::light(const Conditions& photo) {
  const float lx = photo.light_x, ly = photo.light_y, lz = photo.light_z;
  // Central differences: the two samples are 2 * (2 / n) apart. The factor 0.8 flattens the relief.
  const float per = 0.8f * static_cast<float>(n_) / 4;
  for (int y = 0; y < n_; ++y) {
    const float* const __restrict above = plane(plane_height, std::max(y - 1, 0));
    const float* const __restrict here = plane(plane_height, y);
    const float* const __restrict below = plane(plane_height, std::min(y + 1, n_ - 1));
    float* const __restrict shades = plane(plane_shade, y);
    const auto shade = [=](int left, int x, int right) {
      const float gx = (here[right] - here[left]) * per, gy = (below[x] - above[x]) * per;
      const float lit = (lz - gx * lx - gy * ly) / std::sqrt(1 + gx * gx + gy * gy);
      shades[x] = 0.46f + 0.76f * (lit > 0 ? lit : 0);  // ambient and direct light
    };
#pragma omp simd
    for (int x = 1; x < n_ - 1; ++x) shade(x - 1, x, x + 1);
    shade(0, 0, 1);
    shade(n_ - 2, n_ - 1, n_ - 1);
  }
}

}  // namespace dg::faces
