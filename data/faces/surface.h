// The geometry of one photo: where every sample of the picture lies on the head, and how the light falls.
//
// The head is an ellipsoid whose lower half narrows to the chin; turning it maps a picture point (u, v) of
// the upright head frame to the point (a, b) of its front view. A height field over (a, b) (nose, brow, eye
// sockets, cheeks, lips, chin) is added to the ellipsoid, and its slopes in the picture give Lambert shading.
#pragma once
#include <cstddef>
#include <vector>

#include "data/faces/conditions.h"
#include "data/faces/identity.h"

namespace dg::faces {

/// 0 below 0, 1 above 1, smooth between.
inline float smooth_step(float x) {
  x = x < 0 ? 0 : (x > 1 ? 1 : x);
  return x * x * (3 - 2 * x);
}

/// How much of a sample lies inside an edge: d is the distance to the inner side, `soft` the edge's width.
inline float inside(float d, float soft) { return smooth_step(0.5f + d / soft); }

/// Bell curve of t = (distance / width)^2, close to exp(-t), exactly 0 from t = 4 on.
inline float bell(float t) {
  const float s = t < 4 ? 1 - 0.25f * t : 0;
  return s * s * s * s;
}

inline float square(float x) { return x * x; }

/// Sine of 2 pi x by two parabolas.
inline float wave(float x) {
  const float t = x - static_cast<float>(static_cast<int>(x + 1024.5f) - 1024);
  return 8 * t * (1 - 2 * (t < 0 ? -t : t));
}

/// One row of samples. b_low .. b_high holds every b of the row's head: layers skip rows they cannot touch.
struct SurfaceRow {
  int n;
  float soft;                 // width of an antialiased edge
  const float *u, *v;         // head frame: shift, scale and roll undone
  const float *a, *b;         // front view of the head
  const float *head, *shade;  // share of the sample that is head; brightness of a white surface there
  float b_low, b_high;

  bool misses(float low, float high) const { return b_high < low || b_low > high; }
};

class Surface {
 public:
  /// Lays out samples x samples points over the picture.
  void build(const Identity& face, const Conditions& photo, int samples);

  SurfaceRow row(int y) const;

 private:
  void place(const Identity& face, const Conditions& photo);
  void raise(const Identity& face, const Conditions& photo);
  void light(const Conditions& photo);
  float* plane(int k, int y);
  const float* plane(int k, int y) const;

  int n_ = 0;
  float soft_ = 0;
  std::vector<float> planes_;          // see the constants in the source
  std::vector<float> b_low_, b_high_;  // per row
};

}  // namespace dg::faces
