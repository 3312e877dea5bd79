// Saved state as bytes: a tag of four letters, then integers, least significant byte first on every machine.
// A vector is its length (uint64) followed by its elements. Nothing else is stored, so equal states are equal
// bytes. The comment on save() of each class describes its layout.
#pragma once
#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sampling/check.h"

namespace dg {

using State = std::vector<std::uint8_t>;

class StateWriter {
 public:
  explicit StateWriter(std::string_view tag) : bytes_(tag.begin(), tag.end()) {}

  template <std::integral T>
  void put(T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (unsigned i = 0; i < sizeof(T); ++i) bytes_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
  }
  template <std::integral T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    if constexpr (std::endian::native == std::endian::little) {
      const auto* const bytes = reinterpret_cast<const std::uint8_t*>(values.data());
      bytes_.insert(bytes_.end(), bytes, bytes + values.size() * sizeof(T));
    } else {
      for (const T value : values) put(value);
    }
  }

  State finish() && { return std::move(bytes_); }

 private:
  State bytes_;
};

/// Reads what StateWriter wrote. Error when the tag is another one, when bytes are missing, and, in finish(),
/// when bytes are left over.
class StateReader {
 public:
  StateReader(std::span<const std::uint8_t> bytes, std::string_view tag) : left_(bytes), tag_(tag) {
    const bool same = bytes.size() >= tag.size() && std::equal(tag.begin(), tag.end(), bytes.begin());
    demand(same, "load", "not a saved state of kind ", tag, " (", bytes.size(), " bytes)");
    left_ = bytes.subspan(tag.size());
  }

  template <std::integral T>
  T get() {
    demand(left_.size() >= sizeof(T), "load", "the saved ", tag_, " state ends too early");
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) bits |= std::uint64_t{left_[i]} << (8 * i);
    left_ = left_.subspan(sizeof(T));
    return static_cast<T>(bits);
  }
  template <std::integral T>
  std::vector<T> get_vector() {
    const auto size = get<std::uint64_t>();
    // Before the allocation: a damaged length must not ask for terabytes.
    demand(size <= left_.size() / sizeof(T), "load", "the saved ", tag_, " state ends too early");
    std::vector<T> values(size);
    if constexpr (std::endian::native == std::endian::little) {
      const auto bytes = left_.first(size * sizeof(T));
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(values.data()));
      left_ = left_.subspan(bytes.size());
    } else {
      for (T& value : values) value = get<T>();
    }
    return values;
  }

  void finish() const {
    demand(left_.empty(), "load", "the saved ", tag_, " state is ", left_.size(), " bytes too long");
  }

 private:
  std::span<const std::uint8_t> left_;
  std::string_view tag_;
};

}  // namespace dg
