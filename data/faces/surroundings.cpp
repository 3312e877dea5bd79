// What is behind the face (background, hair at the back, neck, clothes, ears) and in front of it (hair,
// glasses). Lengths are in the units of identity.h; shares of them, strengths of masks and tints only have to
// look plausible.
#include <cmath>

#include "data/faces/layers.h"

namespace dg::faces {
namespace {

// The hair is a larger ellipsoid around the head that turns with it; long hair makes it longer below.
struct HairShell {
  float width, up, down;  // half axes
  float cos_yaw, sin_yaw, cos_pitch, sin_pitch;
};

HairShell hair_shell(const Identity& face, const Conditions& photo) {
  const float volume = face.hair_volume, hang = face.hair_length > 0.3f ? face.hair_length - 0.3f : 0;
  return {face.width * (1.05f + 0.60f * volume),
          face.height * (1.03f + 0.65f * volume),
          face.height * (1.05f + 0.5f * hang),
          std::cos(photo.yaw),
          std::sin(photo.yaw),
          std::cos(photo.pitch),
          std::sin(photo.pitch)};
}

void paint_background(const SurfaceRow& at, const Conditions& photo, const ColourRow& out) {
  const float *us = at.u, *vs = at.v;
  paint(out, at.n, photo.background, [](int) { return 1.0f; });
  const float tilt = photo.gain.r > photo.gain.b ? 0.6f : -0.6f;
  paint(out, at.n, photo.backdrop, [=](int i) { return smooth_step(0.5f + tilt * us[i] + 0.35f * vs[i]); });
  const float slope = photo.backdrop_slope;
  for (float* const channel : {out.r, out.g, out.b}) {
#pragma omp simd
    for (int i = 0; i < at.n; ++i) channel[i] *= 0.8f + 0.4f * slope * vs[i];
  }
}

void paint_body(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  const float *us = at.u, *vs = at.v;
  const float soft = at.soft, h = face.height, neck = 0.52f * face.width + 0.06f, from = 0.45f * h;
  const float turn = -0.12f * photo.yaw, lx = photo.light_x, hair_end = face.hair_length * h,
              face_length = face.hair_length;
  const HairShell shell = hair_shell(face, photo);
  if (face.hair_length > 0.30f) {  // hair that hangs behind the neck
    const float w = 0.98f * shell.width;
    paint(out, at.n, face.hair * 0.62f, [=](int i) {
      const float below = vs[i] > 0 ? vs[i] : 0, u = magnitude(us[i]) + 0.05f * wave(3 * us[i]) * below;
      return inside(w * (1 - 0.10f * below) - u, soft) * inside(vs[i] + 0.1f, soft) *
             inside(hair_end + 0.08f - below + 0.06f * wave(2.5f * us[i]), 0.06f);
    });
  }
  paint(out, at.n, face.hair * 0.55f, [=](int i) {  // the far side of the hair, seen past the head
    const float p = us[i] / shell.width, q = vs[i] / (vs[i] < 0 ? shell.up : shell.down);
    const float edge = (1 - std::sqrt(p * p + q * q)) * shell.width, below = face_length - q;
    return inside(edge, soft) * inside(below, soft + 0.05f);
  });
  paint(out, at.n, face.skin * Rgb{0.66f, 0.60f, 0.58f}, [=](int i) {
    const float u = us[i] - turn, flare = vs[i] > h ? vs[i] - h : 0;
    return inside(neck + 1.2f * flare * flare + 0.02f - magnitude(u), soft) * inside(vs[i] - from, soft);
  });
  paint(out, at.n, face.skin * 0.95f, [=](int i) {  // the light that reaches the neck past the chin
    const float u = (us[i] - turn) / neck;
    return (0.30f + 0.35f * lx * u) * inside(1 - magnitude(u), 0.5f) *
           smooth_step((vs[i] - h - 0.02f) / 0.2f);
  });
  const float collar = h + 0.20f, shoulders = h + 0.06f;
  paint(out, at.n, photo.clothes * 0.85f, [=](int i) {
    const float u = magnitude(us[i] - turn), outside = u - neck;
    const float edge = outside > 0 ? shoulders + 0.10f + 0.34f * outside - 0.10f * smooth_step(4 * outside)
                                   : collar - 0.10f * square(u / neck) + 0.06f;
    return inside(vs[i] - edge, soft + 0.01f);
  });
  paint(out, at.n, photo.clothes * 0.5f, [=](int i) {  // collar
    const float u = magnitude(us[i] - turn);
    const float edge = collar - 0.10f * square(u / neck) + 0.06f;
    return 0.7f * bell(square((vs[i] - edge - 0.01f) / 0.022f)) * inside(neck - u + 0.02f, 0.04f);
  });
}

void paint_ears(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  const float y0 = 0.5f * (face.eye_y + face.nose_bottom),
              tall = 0.42f * (face.nose_bottom - face.eye_y) + 0.05f;
  const float *us = at.u, *vs = at.v;
  const float soft = at.soft, back = -0.10f * photo.yaw, nod = 0.1f * photo.pitch;
  for (const float side : {-1.0f, 1.0f}) {
    const float x0 = side * face.width * 0.985f + back, bright = 0.80f + 0.16f * side * photo.light_x;
    const auto ear = [=](int i, float size) {
      const float x = (us[i] - x0 - side * 0.12f * (y0 - vs[i])) / (0.085f * size),
                  y = (vs[i] - y0 - nod) / (tall * size);
      return inside((1 - std::sqrt(x * x + y * y)) * 0.08f, soft);
    };
    paint(out, at.n, face.skin * Rgb{1, 0.92f, 0.90f} * bright, [=](int i) { return ear(i, 1); });
    paint(out, at.n, face.skin * Rgb{0.6f, 0.48f, 0.46f}, [=](int i) { return 0.6f * ear(i, 0.55f); });
  }
}

// Hair of the scalp: everything above the hairline, and the sides and back down to its length.
void paint_hair(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  const HairShell s = hair_shell(face, photo);
  const float across = 1 / s.width, above = 1 / s.up, below = 1 / s.down;
  const float cos_yaw = s.cos_yaw, sin_yaw = s.sin_yaw, cos_pitch = s.cos_pitch, sin_pitch = s.sin_pitch;
  const float *us = at.u, *vs = at.v;
  const float soft = at.soft, width = s.width, part = face.hair_part;
  const float line = face.hairline, curve = face.hair_curve, length = face.hair_length;
  const float phase = 7 * face.hair_part + 5 * face.hair_curve, fringe = 0.010f + 0.105f * face.hair_volume;
  const float lx = photo.light_x, ly = photo.light_y, lz = photo.light_z;
  const Rgb c = face.hair;
  float* const __restrict red = out.r;
  float* const __restrict green = out.g;
  float* const __restrict blue = out.b;
#pragma omp simd
  for (int i = 0; i < at.n; ++i) {
    // The shell's unit normal (p, q, r), and the same point of the hair seen from the front.
    const float v = vs[i], p = us[i] * across, q = v * (v < 0 ? above : below), rho = p * p + q * q;
    const float r = std::sqrt(rho < 1 ? 1 - rho : 0.0f);
    const float turned = r * cos_yaw + p * sin_yaw;
    const float x = p * cos_yaw - r * sin_yaw, y = q * cos_pitch - turned * sin_pitch;
    const float front = turned * cos_pitch + q * sin_pitch;

    const float locks = fringe * (wave(2.2f * x + phase) + 0.4f * wave(6.1f * x + phase));
    const float top = line + curve * x * x + part * x * (1 - x * x) + locks - y;
    const float side = 0.40f - 0.10f * y - front, hang = length + 2 * locks - y;
    const float sides = side < hang ? side : hang;
    const float m =
        inside((1 - std::sqrt(rho)) * width, soft) * inside(top > sides ? top : sides, soft + 0.03f);

    const float facing = p * lx + q * ly + r * lz, lit = facing > 0 ? facing : 0;
    const float strands = 1 + 0.16f * wave(7 * x + 2.5f * y + phase) * wave(3.1f * x - y);
    const float gloss = 0.10f * lit * bell(square((y + 0.70f - 0.25f * x * x) * 10));
    const float k = (0.52f + 0.75f * lit) * strands;
    red[i] += m * (c.r * k + gloss - red[i]);
    green[i] += m * (c.g * k + gloss - green[i]);
    blue[i] += m * (c.b * k + gloss - blue[i]);
  }
}

void paint_glasses(const SurfaceRow& at, const Identity& face, const Conditions& photo,
                   const ColourRow& out) {
  if (!photo.glasses || at.misses(face.eye_y - 0.35f, face.eye_y + 0.35f)) return;
  const float *as = at.a, *bs = at.b, *head = at.head;
  const float soft = at.soft, off = 0.10f * photo.yaw, x0 = face.eye_x, y0 = face.eye_y + 0.015f;
  const float half = 0.72f * face.eye_x, tall = face.eye_height * 1.2f + 0.065f;
  const auto lens = [=](int i) {  // 1 on the rim, smaller inside; a rounded rectangle
    const float x = (magnitude(as[i] - off) - x0) / half, y = (bs[i] - y0) / tall;
    return std::sqrt(std::sqrt(square(x * x) + square(y * y)));
  };
  paint(out, at.n, {0.85f, 0.90f, 0.95f}, [=](int i) { return 0.10f * head[i] * inside(1 - lens(i), 0.1f); });
  paint(out, at.n, photo.frame, [=](int i) {
    const float side = magnitude(as[i] - off), y = bs[i] - y0;
    const float rim = inside(0.018f - magnitude(lens(i) - 1) * tall, soft);
    const float bridge = inside(0.014f - magnitude(y + 0.02f), soft) * inside(x0 - half - side, soft);
    const float temple =
        inside(0.014f - magnitude(y + 0.03f), soft) * inside(side - x0 - half, soft) * head[i];
    const float front = rim > bridge ? rim : bridge;
    return 0.95f * (front > temple ? front : temple);
  });
}

}  // namespace

void paint_behind(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  paint_background(at, photo, out);
  paint_body(at, face, photo, out);
  paint_ears(at, face, photo, out);
}

void paint_in_front(const SurfaceRow& at, const Identity& face, const Conditions& photo,
                    const ColourRow& out) {
  paint_hair(at, face, photo, out);
  paint_glasses(at, face, photo, out);
}

}  // namespace dg::faces
