#include "sampling/urn.h"

#include "sampling/check.h"

namespace dg {

std::int64_t Urn::draw(Rng& rng) {
  demand(!empty(), "urn", "nothing is left to draw");
  const std::int64_t number =
      number_at(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(left_))));
  take(number);
  return number;
}

void Urn::take(std::int64_t number) {
  demand(number >= 0 && contains(number), "urn", "there is no number ", number, " to take");
  const std::int64_t place = place_of(number);
  const std::int64_t last = number_at(--left_);
  number_at_[place] = last;
  place_of_[last] = place;
  number_at_[left_] = number;
  place_of_[number] = left_;
}

}  // namespace dg
