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

/// Share of a sample that lies inside an edge. d is its distance from the edge, positive inside; `soft` is
/// the width over which the share goes from 0 to 1.
inline float inside(float d, float soft) { return smooth_step(0.5f + d / soft); }

/// Bell curve of t = (distance / width)^2, close to exp(-t) and exactly 0 from t = 4 on.
inline float bell(float t) {
  const float s = t < 4 ? 1 - 0.25f * t : 0;
  return s * s * s * s;
}

inline float square(float x) { return x * x; }

inline float magnitude(float x) { return x < 0 ? -x : x; }

/// Sine of 2 pi x, approximated by two parabolas; |x| < 1024.
inline float wave(float x) {
  const float t = x - static_cast<float>(static_cast<int>(x + 1024.5f) - 1024);
  return 8 * t * (1 - 2 * (t < 0 ? -t : t));
}

/// One row of samples. All b of the row are within b_low .. b_high, so that a layer skips rows it cannot
/// touch.
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
  std::vector<float> planes_;          // of n x n samples, as Plane in the source numbers them
  std::vector<float> b_low_, b_high_;  // per row
};

}  // namespace dg::faces
