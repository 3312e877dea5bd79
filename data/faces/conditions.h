// What differs from photo to photo of one generated face: pose, light, expression, glasses, background,
// colour gain, blur, noise. `nuisance` scales the strength of all of them but two: background (with clothes)
// and sensor noise are drawn in full at any value, so photos at nuisance 0 still differ in those.
#pragma once
#include <cstdint>

#include "data/faces/identity.h"
#include "tensor/rng.h"

namespace dg::faces {

struct Conditions {
  float roll, yaw, pitch;           // radians: in the plane, turned right, bent down
  float scale, shift_x, shift_y;    // shifts in half widths
  float smile;                      // -0.3 .. 1
  float mouth_open;                 // 0 .. 1.5
  float gaze;                       // sideways, about N(0, nuisance)
  float light_x, light_y, light_z;  // towards the light; z towards the camera
  bool glasses;
  Rgb frame;                 // colour of the glasses
  Rgb background, backdrop;  // two colours with a smooth transition between them
  float backdrop_slope;      // change of brightness from top to bottom
  Rgb clothes;
  Rgb gain;                 // exposure and white balance
  float blur;               // standard deviation in picture widths
  float noise;              // standard deviation per channel, 0..1 scale
  std::uint64_t noise_key;  // key of the random noise pattern, another one for every photo
};

/// Draws the conditions of one photo; always the same number of draws, whatever their outcome.
Conditions draw_conditions(Rng& rng, double nuisance);

}  // namespace dg::faces
