// FNV-1a, 64 bits: tells damaged bytes from good ones (one wrong byte never passes), and says in 16 digits
// which numbers something was made from. No protection against forgery.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace dg {

/// The checksum of `bytes`, or, given the checksum of what stands before them, of both together.
inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t before = 0xcbf29ce484222325u) {
  for (const std::byte b : bytes) before = (before ^ static_cast<std::uint64_t>(b)) * 0x100000001b3u;
  return before;
}

}  // namespace dg
