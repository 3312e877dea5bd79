// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). A number is a pure function of (seed, stream, position), so any thread may draw any number in any
// order, and a generator's whole state is three integers. Generators are always passed in; there is no global
// one. Header-only, standard library only: the same functions run on the host and on the GPU.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>

#ifdef __CUDACC__
#define DG_HD __host__ __device__
#else
#define DG_HD
#endif

namespace dg {

using Philox4 = std::array<std::uint32_t, 4>;

/// Ten rounds of Philox4x32 on `counter` under the 64-bit `key`.
DG_HD constexpr Philox4 philox4x32(Philox4 counter, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
    const auto n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const auto n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {c0, c1, c2, c3};
}

/// The 64-bit number at `position` of (seed, stream).
DG_HD constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
  const std::uint64_t block = position / 2;
  const Philox4 r = philox4x32({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                                static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                               seed);
  return position % 2 == 0 ? (std::uint64_t{r[1]} << 32 | r[0]) : (std::uint64_t{r[3]} << 32 | r[2]);
}

/// Uniform in [0, 1) with 53 random bits.
DG_HD constexpr double to_uniform(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

/// A sequence of random numbers. Two generators with different streams are independent.
class Rng {
 public:
  struct State {
    std::uint64_t seed = 0, stream = 0, position = 0;
    bool operator==(const State&) const = default;
  };

  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) : state_{seed, stream, 0} {}
  explicit Rng(const State& state) : state_(state) {}

  const State& state() const { return state_; }

  /// 64 random bits.
  std::uint64_t bits() { return random_bits(state_.seed, state_.stream, state_.position++); }
  /// Uniform in [0, 1).
  double uniform() { return to_uniform(bits()); }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal by Box and Muller; two draws per number, so the position never depends on a cached half.
  double normal() {
    const double u = 1.0 - uniform(), v = uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586476925 * v);
  }
  /// Uniform integer in [0, n), n >= 1, without bias (rejection).
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = -n % n;  // 2^64 mod n
    std::uint64_t r = bits();
    while (r < limit) r = bits();
    return r % n;
  }

 private:
  State state_;
};

}  // namespace dg
