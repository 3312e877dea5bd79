// A photo of a generated face: painted at twice the resolution, then filtered down through the photo's blur,
// with exposure and sensor noise. A pure function of its arguments; all mathematics in float.
#pragma once
#include <vector>

#include "data/faces/conditions.h"
#include "data/faces/identity.h"
#include "data/faces/surface.h"
#include "data/image.h"

namespace dg {

/// Keeps its buffers from photo to photo: one per thread.
class FaceRenderer {
 public:
  /// A size x size photo. Error unless size >= 8.
  Image render(const FaceIdentity& face, const PhotoConditions& photo, int size);

 private:
  void paint_samples(const FaceIdentity& face, const PhotoConditions& photo, int samples);
  void filter(double blur, int size);
  void develop(const PhotoConditions& photo, Image& image);

  FaceSurface surface_;
  std::vector<float> samples_;  // 3 planes of (2 size) x (2 size)
  std::vector<float> pixels_;   // 3 planes of size x size
  std::vector<float> row_, behind_, taps_;
};

}  // namespace dg
