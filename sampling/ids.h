// The two kinds of numbers that samplers work with. Classes are identities: 0..C-1 without gaps.
#pragma once
#include <cstdint>

namespace dg {

using ClassId = std::int32_t;  ///< an identity; 4 bytes, which is what the doppelganger list costs per class
using PhotoId = std::int64_t;  ///< a row of the data set

inline constexpr ClassId no_class = -1;  ///< "there is none (yet)"

}  // namespace dg
