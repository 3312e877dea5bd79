// Numbers that stand for things, one type for each kind. Classes are identities: 0..C-1 without gaps. Photos
// are numbered by whoever owns the data set.
#pragma once
#include <cstdint>

namespace dg {

using ClassId = std::int32_t;  ///< an identity; 4 bytes, which is what the doppelganger list costs per class
using PhotoId = std::int64_t;  ///< a photo of the data set

inline constexpr ClassId no_class = -1;  ///< "there is none (yet)"
inline constexpr PhotoId no_photo = -1;

}  // namespace dg
