// Two checksums of 64 bits that tell damaged bytes from good ones: one wrong byte never passes, any other
// damage with a probability of about 2^-64. They are no protection against forgery. Files hold values of
// both, so neither may change.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace dg {

// The constants of FNV with 64 bits (Fowler, Noll, Vo): where an empty text starts, and the factor.
inline constexpr std::uint64_t fnv_offset_basis = 0xcbf29ce484222325u, fnv_prime = 0x100000001b3u;

/// FNV-1a, for tensors in checkpoints and for networks. Returns the checksum of `bytes`, or, given the
/// checksum of what stands before them, of both together.
inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t before = fnv_offset_basis) {
  for (const std::byte b : bytes) before = (before ^ static_cast<std::uint64_t>(b)) * fnv_prime;
  return before;
}

/// The same idea with eight bytes a step, for the kept index of a TSV file, which may be large and is checked
/// at every start. It is not FNV-1a: each step ends with a rotation, because the factor alone carries nothing
/// from the high bits of a word to the low ones. The last word is filled up with zeros, so the number of
/// bytes is mixed in at the end.
inline std::uint64_t checksum_of_words(std::span<const std::byte> bytes) {
  static_assert(std::endian::native == std::endian::little,
                "stored checksums are those of little-endian words");
  std::uint64_t sum = fnv_offset_basis;
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i));
    sum = std::rotl((sum ^ word) * fnv_prime, 29);
  }
  return (sum ^ bytes.size()) * fnv_prime;
}

}  // namespace dg
