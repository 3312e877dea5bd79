// A photo of a generated face: painted at twice the resolution, then filtered down through the photo's blur,
// with exposure and sensor noise. A pure function of its arguments; all mathematics in float.
#pragma once
#include <vector>

#include "data/faces/conditions.h"
#include "data/faces/identity.h"
#include "data/faces/surface.h"
#include "data/image.h"

namespace dg::faces {

/// Keeps its buffers from photo to photo: one per thread.
class Renderer {
 public:
  /// A size x size photo. Error unless size >= 8.
  Image render(const Identity& face, const Conditions& photo, int size);

 private:
  void paint_samples(const Identity& face, const Conditions& photo, int samples);
  void filter(double blur, int size);
  void develop(const Conditions& photo, Image& image);

  Surface surface_;
  std::vector<float> samples_;  // 3 planes of (2 size) x (2 size)
  std::vector<float> pixels_;   // 3 planes of size x size
  std::vector<float> row_, behind_, taps_;
};

}  // namespace dg::faces
