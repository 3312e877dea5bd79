// An urn with the numbers 0..n-1, for drawing without replacement.
//
// It is the shuffle of Fisher and Yates, and stores only the numbers that were moved. Think of an array of
// all numbers, of which those in the first `left` places are still in the urn; a number that is taken out
// swaps places with the last of these. So a draw takes O(1) expected time and memory, even for the last
// number of the urn, and an urn of millions of classes costs no more than the few dozen that are drawn from
// it.
#pragma once
#include <cstdint>
#include <unordered_map>

#include "tensor/rng.h"

namespace dg {

class Urn {
 public:
  /// Holds 0..size-1.
  explicit Urn(std::int64_t size) : left_(size) {}

  bool empty() const { return left_ == 0; }
  /// Is `number`, one of 0..size-1, still in the urn?
  bool contains(std::int64_t number) const { return place_of(number) < left_; }
  /// Takes out a number, each of those left with equal probability. Error when the urn is empty.
  std::int64_t draw(Rng& rng);
  /// Takes out `number`. Error when it is not in the urn.
  void take(std::int64_t number);

 private:
  using Moved = std::unordered_map<std::int64_t, std::int64_t>;  // looked up, never iterated

  static std::int64_t find(const Moved& moved, std::int64_t key) {
    const auto found = moved.find(key);
    return found == moved.end() ? key : found->second;
  }
  std::int64_t number_at(std::int64_t place) const { return find(number_at_, place); }
  std::int64_t place_of(std::int64_t number) const { return find(place_of_, number); }

  std::int64_t left_;
  Moved number_at_, place_of_;  // inverse of each other; a number not listed lies at its own place
};

}  // namespace dg
