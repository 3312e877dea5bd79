// Convolutions that both the backend and the operation are tried on: odd sizes, strides, pads, dilations, and
// channels that tensor cores and vector units do not like.
#pragma once
#include <vector>

#include "tensor/backend.h"

namespace dg::test {

inline std::vector<ConvGeometry> geometries() {
  std::vector<ConvGeometry> all{
      {.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1},
      {.n = 2, .h = 5, .w = 6, .c = 8, .k = 9, .r = 1, .s = 1},
      {.n = 2, .h = 5, .w = 6, .c = 16, .k = 32, .r = 1, .s = 1, .stride = 2},
      {.n = 2, .h = 9, .w = 8, .c = 3, .k = 4, .r = 5, .s = 5, .stride = 2, .pad = 2},  // the stem
      {.n = 2, .h = 6, .w = 6, .c = 4, .k = 4, .r = 5, .s = 5, .pad = 2},
      {.n = 1, .h = 9, .w = 11, .c = 7, .k = 6, .r = 5, .s = 5, .pad = 3, .dilation = 2},
      {.n = 2, .h = 6, .w = 9, .c = 4, .k = 6, .r = 2, .s = 3, .pad = 1},
      {.n = 5, .h = 2, .w = 2, .c = 16, .k = 16, .r = 3, .s = 3, .pad = 1},
      {.n = 1, .h = 3, .w = 3, .c = 130, .k = 66, .r = 3, .s = 3},
  };
  for (const std::int64_t dilation : {1, 2, 3}) {
    for (const auto& [c, k] : {std::pair{1, 3}, {5, 17}, {16, 8}}) {
      all.push_back(
          {.n = 2, .h = 8, .w = 7, .c = c, .k = k, .r = 3, .s = 3, .pad = dilation, .dilation = dilation});
      all.push_back({.n = 3,
                     .h = 8,
                     .w = 7,
                     .c = k,
                     .k = c,
                     .r = 3,
                     .s = 3,
                     .stride = 2,
                     .pad = dilation - 1,
                     .dilation = dilation});
    }
  }
  return all;
}

/// Without images or channels, so that every sum is empty.
inline std::vector<ConvGeometry> empty_geometries() {
  return {{.n = 0, .h = 5, .w = 5, .c = 4, .k = 4, .r = 3, .s = 3, .pad = 1},
          {.n = 2, .h = 5, .w = 5, .c = 0, .k = 4, .r = 3, .s = 3, .pad = 1},
          {.n = 2, .h = 5, .w = 5, .c = 4, .k = 0, .r = 3, .s = 3, .pad = 1}};
}

}  // namespace dg::test
