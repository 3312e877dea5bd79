// What stays the same over all photos of a generated face: about thirty identity numbers, and the lengths and
// colours they stand for. A number is drawn from about N(0, 1.2^2); the logistic function maps it into the
// range of its trait, so every identity is a plausible face, however far its numbers are from the mean.
//
// Lengths are in units of half the picture's width for a head seen from the front; x points right, y down,
// the origin is the middle of the head. Colours are albedos per channel, 0..1.
#pragma once
#include <array>
#include <cstddef>

namespace dg::faces {

constexpr std::size_t number_count = 33;
using Numbers = std::array<float, number_count>;

struct Rgb {
  float r = 0, g = 0, b = 0;
  Rgb operator*(float k) const { return {r * k, g * k, b * k}; }
  Rgb operator*(const Rgb& o) const { return {r * o.r, g * o.g, b * o.b}; }
  Rgb operator+(const Rgb& o) const { return {r + o.r, g + o.g, b + o.b}; }
};

struct Identity {
  float width, height;                                // half axes of the head
  float jaw;                                          // 0 = as wide as the skull .. narrow
  float eye_x, eye_y, eye_width, eye_height;          // centre of the right eye in the picture, half axes
  float eye_slant;                                    // rise of the outer corner per length
  float nose_width, nose_bottom, nose_height;         // half width; y of the base; how far it stands out
  float mouth_width, mouth_y, lip_height;             // half width; y of the line between the lips; one lip
  float brow_height, brow_y, brow_width, brow_slant;  // half thickness; middle; half width
  float cheeks, chin;                                 // how far they stand out, 0..1
  float hairline, hair_curve, hair_part;              // its height at the middle (y / height), bend and tilt
  float hair_volume, hair_length;                     // above the skull; how far down it hangs (y / height)
  float beard, beard_curve;                           // density, 0 = shaved; bend of its upper edge
  Rgb skin, hair, iris, lips;
};

/// The face that the numbers describe.
Identity identity_of(const Numbers& numbers);

}  // namespace dg::faces
