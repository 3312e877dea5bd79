// Small pictures of four faces as numbers, so that a change of how faces look does not go unseen. They were
// taken from this generator; a change that is meant changes them as well.
#include "data/faces/renderer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/faces/generated_faces.h"
#include "tensor/rng.h"

namespace dg {
namespace {

constexpr int pinned_faces = 4, pinned_size = 8;
constexpr double pinned_tolerance = 2;  // of 255: rounding, and other orders of summation

struct Posed {
  faces::Identity face;
  faces::Conditions photo;
};

// Long hair where k is even, and short hair elsewhere; a beard on the last two; each in a pose, and with an
// expression, that no other has. Without noise.
Posed posed(int k) {
  const faces::GeneratedFaces generated(
      {.identities = 6, .photos = 3, .size = 16, .family = 2, .spread = 0.4, .nuisance = 0.5, .seed = 7});
  faces::Numbers numbers = generated.numbers(k);
  numbers[27] = k % 2 == 0 ? 2.5f : -2.5f;  // length of the hair
  numbers[28] = k < 2 ? -3.0f : 2.0f;       // density of the beard
  Rng rng(20, static_cast<std::uint64_t>(k));
  faces::Conditions photo = faces::draw_conditions(rng, 0.5);
  photo.noise = 0;
  photo.glasses = k == 3;
  photo.roll = k == 0 ? 0 : 0.25f * static_cast<float>(k - 2);
  photo.yaw = k % 2 == 0 ? 0.5f : -0.4f;
  photo.pitch = k < 2 ? 0.3f : -0.25f;
  photo.smile = k == 1 ? -0.3f : 1;
  photo.mouth_open = k == 2 ? 1 : 0.2f;
  photo.scale = 1;
  photo.shift_x = photo.shift_y = 0;
  return {faces::identity_of(numbers), photo};
}

// Means of the three channels, row after row.
constexpr int pinned[pinned_faces][pinned_size * pinned_size] = {
    {179, 177, 140, 85,  85,  134, 166, 164, 178, 138, 38, 20,  18,  36,  127, 162,
     172, 71,  41,  98,  93,  88,  87,  155, 163, 37,  80, 128, 122, 117, 79,  152,
     163, 40,  109, 139, 138, 122, 76,  150, 165, 44,  99, 124, 127, 87,  68,  152,
     168, 63,  68,  94,  90,  53,  82,  157, 170, 142, 94, 101, 100, 104, 144, 158},
    {110, 97,  63,  42,  55,  77,  81,  81, 120, 82,  32,  33,  33,  57,  80,  80,
     127, 77,  95,  130, 121, 109, 92,  80, 133, 104, 116, 134, 140, 159, 113, 82,
     136, 120, 96,  122, 144, 156, 115, 84, 136, 132, 105, 130, 144, 137, 104, 88,
     136, 135, 127, 97,  109, 117, 106, 95, 135, 135, 135, 120, 107, 114, 99,  91},
    {182, 172, 154, 126, 121, 138, 146, 146, 177, 138, 57, 39, 54, 69,  119, 139,
     160, 59,  54,  79,  92,  78,  73,  128, 125, 32,  88, 99, 98, 95,  71,  110,
     116, 30,  80,  100, 99,  84,  67,  102, 130, 31,  52, 84, 69, 54,  44,  103,
     127, 49,  30,  44,  46,  41,  62,  104, 138, 133, 99, 84, 89, 114, 130, 117},
    {79,  79,  75, 61,  55,  61,  76,  77,  83, 80, 62, 100, 121, 70,  62,  80,  86, 88,  94,  112, 112, 87,
     48,  81,  90, 105, 135, 153, 126, 106, 72, 86, 93, 103, 106, 126, 147, 123, 97, 93,  97,  94,  68,  78,
     110, 101, 99, 96,  99,  97,  70,  52,  71, 97, 99, 99,  83,  85,  91,  92,  97, 102, 103, 102}};

TEST(Renderer, FacesLookAsTheyDid) {
  faces::Renderer renderer;
  for (int k = 0; k < pinned_faces; ++k) {
    const auto [face, photo] = posed(k);
    const Image image = renderer.render(face, photo, pinned_size);
    for (int y = 0; y < pinned_size; ++y) {
      for (int x = 0; x < pinned_size; ++x) {
        const std::uint8_t* rgb = image.pixel(x, y);
        EXPECT_NEAR((rgb[0] + rgb[1] + rgb[2]) / 3.0, pinned[k][y * pinned_size + x], pinned_tolerance + 0.5)
            << "face " << k << ", pixel " << x << ", " << y;
      }
    }
  }
}

TEST(Renderer, LongHairHangsBehindTheNeckAndShortHairDoesNot) {
  faces::Renderer renderer;
  Posed front = posed(2);
  front.photo.roll = front.photo.yaw = front.photo.pitch = 0;
  front.photo.background = front.photo.backdrop = {1, 1, 1};
  front.photo.backdrop_slope = 0;
  front.face.hair = {0, 0, 0};
  // Left and right of the neck, below the face: background, or black hair before it.
  const auto beside_the_neck = [&](float length) {
    front.face.hair_length = length;
    const Image image = renderer.render(front.face, front.photo, 64);
    return image.pixel(14, 46)[1] + image.pixel(49, 46)[1];
  };
  EXPECT_GT(beside_the_neck(-0.4f), 2 * beside_the_neck(0.9f) + 100);
}

}  // namespace
}  // namespace dg
