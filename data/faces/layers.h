// A photo is painted row by row in layers, each of them a colour under a soft mask: what is behind the face,
// the face in its front-view coordinates (albedo times shading), what is in front of the face.
#pragma once
#include "data/faces/conditions.h"
#include "data/faces/identity.h"
#include "data/faces/surface.h"

namespace dg::faces {

/// One row of colours, a plane per channel.
struct ColourRow {
  float *r, *g, *b;
};

/// colour += mask(i) * (c - colour) for every sample of the row; mask in 0..1.
template <class Mask>
void paint(const ColourRow& out, int n, const Rgb& c, Mask mask) {
  float* const __restrict r = out.r;
  float* const __restrict g = out.g;
  float* const __restrict b = out.b;
  const float cr = c.r, cg = c.g, cb = c.b;
#pragma omp simd
  for (int i = 0; i < n; ++i) {
    const float m = mask(i);
    r[i] += m * (cr - r[i]);
    g[i] += m * (cg - g[i]);
    b[i] += m * (cb - b[i]);
  }
}

/// Fills the row with the shaded face: skin, eyes, brows, nose, mouth, beard. The head's outline is not cut.
void paint_face(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out);

/// Fills the row with what is behind the face: background, hair at the back, neck, clothes, ears.
void paint_behind(const SurfaceRow& at, const Identity& face, const Conditions& photo, const ColourRow& out);

/// Paints what is in front of the face over the row: hair and glasses.
void paint_in_front(const SurfaceRow& at, const Identity& face, const Conditions& photo,
                    const ColourRow& out);

}  // namespace dg::faces
