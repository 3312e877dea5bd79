#include "report/curves.h"

#include <algorithm>
#include <cmath>

#include "tensor/check.h"

namespace dg::reporting {

Points smoothed(const Points& points, std::size_t window) {
  require(window >= 1, "smoothed", "window must be at least 1, got {}", window);
  Points result = points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t count = std::min(window, i + 1);
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += points[i - k].second;
    result[i].second = sum / static_cast<double>(count);
  }
  return result;
}

Points thinned(const Points& points, std::size_t most) {
  require(most >= 4, "thinned", "most must be at least 4, got {}", most);
  if (points.size() <= most) return points;
  const std::size_t stretches = (most - 2) / 2, inner = points.size() - 2;
  const auto by_y = [](const auto& a, const auto& b) { return a.second < b.second; };
  Points result{points.front()};
  for (std::size_t s = 0; s < stretches; ++s) {
    const auto begin = points.begin() + 1 + static_cast<std::ptrdiff_t>(inner * s / stretches),
               end = points.begin() + 1 + static_cast<std::ptrdiff_t>(inner * (s + 1) / stretches);
    auto [low, high] = std::minmax_element(begin, end, by_y);
    if (low > high) std::swap(low, high);
    result.push_back(*low);
    if (low != high) result.push_back(*high);
  }
  result.push_back(points.back());
  return result;
}

std::vector<double> round_ticks(double low, double high, int most) {
  require(std::abs(low) <= largest_drawn && std::abs(high) <= largest_drawn && low <= high && most >= 2,
          "round_ticks", "a range within +-{} and at least 2 ticks are needed, got {}..{} and {}",
          largest_drawn, low, high, most);
  // Of a range that is next to nothing the ticks could not be told apart, as doubles or by people.
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= 1e-9 * size || size < 1e-100) {
    const double around = size < 1e-100 ? 1 : size / 2;
    low -= around;
    high += around;
  }
  // The smallest of 1, 2, 5, 10 times this power of ten that is at least the wanted distance.
  const double wanted = (high - low) / most, power = std::pow(10, std::floor(std::log10(wanted)));
  double distance = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= wanted * (1 - 1e-9)) distance = factor * power;
  }
  // Rounding must not add a tick beyond an end that is one.
  const double first = std::floor(low / distance + 1e-9), last = std::ceil(high / distance - 1e-9);
  std::vector<double> ticks;
  for (double i = first; i <= last; ++i) ticks.push_back(i * distance);
  return ticks;
}

}  // namespace dg::reporting
