// The face itself: skin, eyes, brows, nose, mouth, beard, as albedo and then shaded. Lengths are in the units
// of identity.h; shares of them, strengths of masks and tints only have to look plausible.
#include <cmath>

#include "data/faces/layers.h"

namespace dg::faces {
namespace {

void paint_skin(const SurfaceRow& at, const Identity& face, const ColourRow& out) {
  paint(out, at.n, face.skin, [](int) { return 1.0f; });
  const float *as = at.a, *bs = at.b;
  const float cheek_x = 1.2f * face.eye_x, cheek_y = face.eye_y + 0.62f * (face.nose_bottom - face.eye_y);
  const float nose_y = face.nose_bottom - 0.06f, ex = face.eye_x, ey = face.eye_y;
  if (!at.misses(cheek_y - 0.4f, cheek_y + 0.4f)) {
    paint(out, at.n, face.skin * Rgb{1.0f, 0.72f, 0.70f}, [=](int i) {
      const float side = magnitude(as[i]);
      return 0.45f * bell(square((side - cheek_x) / 0.15f) + square((bs[i] - cheek_y) / 0.13f)) +
             0.25f * bell(square(side / 0.10f) + square((bs[i] - nose_y) / 0.08f));
    });
  }
  if (!at.misses(ey - 0.3f, ey + 0.3f)) {  // skin is thinner and darker around the eyes
    paint(out, at.n, face.skin * Rgb{0.70f, 0.60f, 0.62f}, [=](int i) {
      return 0.45f * bell(square((magnitude(as[i]) - ex) / 0.17f) + square((bs[i] - ey) / 0.10f));
    });
  }
}

// Everything of one eye; side is -1 (left in the picture) or 1.
void paint_eye(const SurfaceRow& at, const Identity& face, const Conditions& photo, float side,
               const ColourRow& out) {
  if (at.misses(face.eye_y - 0.25f, face.eye_y + 0.25f)) return;
  const float *as = at.a, *bs = at.b;
  const float soft = at.soft, x0 = side * face.eye_x, y0 = face.eye_y, w = face.eye_width;
  const float slant = face.eye_slant;
  const float squint = photo.smile > 0 ? photo.smile : 0;
  const float lid = face.eye_height * (1 - 0.30f * squint),
              lower = 0.72f * face.eye_height * (1 - 0.35f * squint);
  const float iris = 0.46f * w + 0.012f, look = 0.022f * photo.gaze, up = -0.15f * lid;
  // Coordinates of the eye: to the right of its centre, and down from its slanted axis.
  const auto along = [=](int i) { return as[i] - x0; };
  const auto down = [=](int i) { return bs[i] - y0 + slant * side * (as[i] - x0); };
  const auto arch = [=](int i) { return 1 - square((as[i] - x0) / w); };
  const auto opening = [=](int i) {
    const float k = arch(i), d = down(i), top = d + lid * k, bottom = lower * k - d;
    return inside(top < bottom ? top : bottom, soft);
  };
  const auto disc = [=](int i, float radius) {
    return inside(radius - std::sqrt(square(along(i) - look) + square(down(i) - up)), soft);
  };
  paint(out, at.n, face.skin * 0.55f, [=](int i) {  // crease of the lid
    const float k = arch(i);
    return 0.55f * bell(square((down(i) + 1.25f * lid * k + 0.035f) / 0.014f)) * inside(k + 0.15f, 0.4f);
  });
  paint(out, at.n, face.skin * 0.62f, [=](int i) {  // bag below the eye
    const float k = arch(i);
    return 0.30f * bell(square((down(i) - lower * k - 0.045f) / 0.02f)) * inside(k, 0.5f);
  });
  paint(out, at.n, {0.90f, 0.88f, 0.86f}, opening);
  paint(out, at.n, face.iris * 0.55f, [=](int i) { return disc(i, iris) * opening(i); });
  paint(out, at.n, face.iris * 1.25f, [=](int i) { return 0.9f * disc(i, 0.78f * iris) * opening(i); });
  paint(out, at.n, {0.02f, 0.02f, 0.02f}, [=](int i) { return disc(i, 0.45f * iris) * opening(i); });
  paint(out, at.n, {0.10f, 0.07f, 0.07f}, [=](int i) {  // shadow of the upper lid
    return 0.35f * opening(i) * bell(square((down(i) + lid * arch(i)) / (0.5f * lid)));
  });
  const float reach = -0.25f;  // lashes run past the outer corner
  paint(out, at.n, face.hair * 0.25f, [=](int i) {
    const float k = arch(i), outer = side * along(i) > 0 ? reach : 0.0f;
    return 0.92f * bell(square((down(i) + lid * k + 0.004f) / 0.017f)) * inside(k - outer, 0.3f);
  });
  paint(out, at.n, face.skin * 0.45f, [=](int i) {
    const float k = arch(i);
    return 0.55f * bell(square((down(i) - lower * k) / 0.012f)) * inside(k - 0.05f, 0.2f);
  });
}

void paint_glint(const SurfaceRow& at, const Identity& face, const Conditions& photo, float side,
                 const ColourRow& out) {
  if (at.misses(face.eye_y - 0.15f, face.eye_y + 0.15f)) return;
  const float *as = at.a, *bs = at.b;
  const float soft = at.soft, radius = 0.14f * face.eye_width;
  const float x0 = side * face.eye_x + 0.022f * photo.gaze + 0.25f * face.eye_width * (photo.light_x - 0.2f);
  const float y0 = face.eye_y - 0.40f * face.eye_height;
  paint(out, at.n, {1, 1, 1}, [=](int i) {
    return 0.9f * inside(radius - std::sqrt(square(as[i] - x0) + square(bs[i] - y0)), soft);
  });
}

void paint_brow(const SurfaceRow& at, const Identity& face, const Conditions& photo, float side,
                const ColourRow& out) {
  if (at.misses(face.brow_y - 0.3f, face.brow_y + 0.3f)) return;
  const float *as = at.a, *bs = at.b;
  const float soft = at.soft, w = face.brow_width, x0 = side * (face.eye_x + 0.08f * w);
  const float y0 = face.brow_y - 0.03f * photo.mouth_open, slant = face.brow_slant, thick = face.brow_height;
  paint(out, at.n, face.hair * 0.7f, [=](int i) {
    const float t = side * (as[i] - x0) / w;  // -1 at the inner, 1 at the outer end
    const float y = bs[i] - y0 + 0.5f * slant * t * w + 0.022f * (1 - square(t - 0.25f));
    const float taper = thick * (t > 0 ? 1 - 0.65f * t : 1.0f);
    const float hairs = 0.85f + 0.15f * wave(9 * as[i] + side * 5 * bs[i]);
    return 0.88f * hairs * inside(taper - magnitude(y), soft + 0.5f * taper) *
           inside(1 - magnitude(t), 0.35f);
  });
}

void paint_nose(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  const float bottom = face.nose_bottom;
  if (at.misses(bottom - 0.25f, bottom + 0.15f)) return;
  const float *as = at.a, *bs = at.b;
  const float nw = face.nose_width, lean = photo.yaw * face.nose_height * 0.9f;
  paint(out, at.n, face.skin * Rgb{0.50f, 0.42f, 0.42f}, [=](int i) {  // shadow below and around the wings
    const float a = as[i] - lean, side = magnitude(a);
    return 0.45f * bell(square(a / (0.95f * nw)) + square((bs[i] - bottom - 0.012f) / 0.028f)) +
           0.30f * bell(square((side - 1.15f * nw) / 0.022f) + square((bs[i] - bottom + 0.045f) / 0.045f));
  });
  paint(out, at.n, face.skin * 0.22f, [=](int i) {
    const float side = magnitude(as[i] - lean);
    return 0.80f * bell(square((side - 0.52f * nw) / (0.26f * nw + 0.008f)) +
                        square((bs[i] - bottom + 0.006f - 0.25f * (side - 0.52f * nw)) / 0.017f));
  });
}

void paint_beard(const SurfaceRow& at, const Identity& face, const ColourRow& out) {
  if (face.beard <= 0 || at.b_high < face.nose_bottom - 0.3f) return;
  const float *as = at.a, *bs = at.b;
  const float top = face.mouth_y - 0.45f * (face.mouth_y - face.nose_bottom) - 0.02f;
  const float bend = face.beard_curve / face.width, strength = 0.92f * std::sqrt(face.beard);
  const float moustache = 0.95f * face.mouth_width;
  paint(out, at.n, face.hair * 0.85f, [=](int i) {
    const float a = magnitude(as[i]), outer = a > 0.2f ? a - 0.2f : 0;
    const float edge = bs[i] - top - 0.12f * smooth_step((a - moustache) / 0.12f) - bend * a * outer;
    const float hairs = 0.90f + 0.10f * wave(11 * as[i] + 2 * bs[i]) * wave(13 * bs[i] - 3 * as[i]);
    return strength * hairs * inside(edge, 0.10f);
  });
}

void paint_mouth(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  const float y0 = face.mouth_y;
  if (at.misses(y0 - 0.25f, y0 + 0.3f)) return;
  const float *as = at.a, *bs = at.b;
  const float soft = at.soft, w = face.mouth_width * (1 + 0.18f * photo.smile), smile = photo.smile,
              curl = 0.012f + 0.08f * smile;
  const float gape = 0.062f * photo.mouth_open + 0.014f * (smile > 0.5f ? smile - 0.5f : 0);
  const float upper = face.lip_height * (0.95f - 0.2f * smile),
              lower = face.lip_height * (1.25f - 0.25f * smile);
  // Distance below the curved line between the lips; share of the lips' height that is left towards their
  // ends.
  const auto down = [=](int i) { return bs[i] - y0 + curl * (1.1f * square(as[i] / w) - 0.45f); };
  const auto arch = [=](int i) {
    const float k = 1 - square(as[i] / w);
    return k > 0 ? k : 0;
  };
  const auto ends = [=](int i) { return inside(1 - magnitude(as[i]) / w, 0.12f); };
  paint(out, at.n, face.lips * 0.90f, [=](int i) {
    const float k = arch(i), bow = 1 - 0.35f * bell(square(as[i] / (0.22f * w)));
    const float d = down(i), inner = -0.35f * gape * k;
    const float top = d - inner + upper * k * bow * (1.6f - 0.6f * k), under = inner - d;
    return 0.92f * ends(i) * inside(top < under ? top : under, soft + 0.008f);
  });
  paint(out, at.n, face.lips, [=](int i) {
    const float k = arch(i), d = down(i) - 0.65f * gape * 2 * k;
    const float bottom = lower * k - d;
    return 0.92f * ends(i) * inside(d < bottom ? d : bottom, soft + 0.008f);
  });
  if (gape > 0.004f) {
    const auto gap = [=](int i) {
      const float k = arch(i), d = down(i), top = d + 0.35f * gape * k, bottom = 1.3f * gape * k - d;
      return ends(i) * inside(top < bottom ? top : bottom, soft);
    };
    paint(out, at.n, {0.16f, 0.05f, 0.05f}, gap);
    const float teeth = (0.35f + 0.65f * (smile > 0 ? smile : 0)) * 0.055f;
    paint(out, at.n, {0.86f, 0.84f, 0.78f}, [=](int i) {
      const float k = arch(i);
      return gap(i) * inside(teeth * k - down(i) - 0.35f * gape * k, soft) * inside(k - 0.25f, 0.2f);
    });
  }
  paint(out, at.n, face.lips * 0.28f, [=](int i) {  // line between closed lips, darker at the corners
    const float line = bell(square(down(i) / 0.013f)) * ends(i) * (gape > 0.004f ? 0.15f : 0.75f);
    return line + 0.5f * bell(square((magnitude(as[i]) - w) / 0.03f) + square(down(i) / 0.022f)) * (1 - line);
  });
  paint(out, at.n, face.skin * 0.55f, [=](int i) {  // folds from the nose to the corners of the mouth
    const float t = (bs[i] - face.nose_bottom + 0.05f) / (y0 - face.nose_bottom + 0.07f);
    const float x = 1.35f * face.nose_width + 0.02f + t * (1.15f * w - 1.35f * face.nose_width);
    return (0.10f + 0.40f * (smile > 0 ? smile : 0)) * bell(square((magnitude(as[i]) - x) / 0.022f)) *
           bell(square((t - 0.5f) / 0.45f));
  });
}

}  // namespace

void paint_face(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out) {
  paint_skin(at, face, out);
  paint_nose(at, face, photo, out);
  paint_beard(at, face, out);
  paint_mouth(at, face, photo, out);
  for (const float side : {-1.0f, 1.0f}) {
    paint_eye(at, face, photo, side, out);
    paint_brow(at, face, photo, side, out);
  }
  const float* const __restrict shade = at.shade;
  for (int i = 0; i < at.n; ++i) {  // light that has passed through skin is red, so shadows are warm
    out.r[i] *= 0.06f + 0.95f * shade[i];
    out.g[i] *= shade[i];
    out.b[i] *= 1.02f * shade[i] - 0.02f;
  }
  // Skin is a little glossy where it faces the light.
  paint(out, at.n, {1, 1, 1}, [=](int i) { return 0.5f * square(shade[i] > 0.88f ? shade[i] - 0.88f : 0); });
  for (const float side : {-1.0f, 1.0f}) paint_glint(at, face, photo, side, out);
}

}  // namespace dg::faces
