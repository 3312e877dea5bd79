// Points of a curve made fit to be drawn.
#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace dg::reporting {

/// x and y, by ascending x.
using Points = std::vector<std::pair<double, double>>;

/// Each y becomes the mean of it and of the up to `window` - 1 before it. Error when window < 1.
Points smoothed(const Points& points, std::size_t window);

/// At most `most` points, 4 or more: all, or else the first, the last, and the lowest and the highest of each
/// of (most - 2) / 2 stretches of equally many points, in the order of x. So no peak is lost. Error when most
/// < 4.
Points thinned(const Points& points, std::size_t most);

/// Numbers beyond are not drawn.
inline constexpr double largest_drawn = 1e300;

/// Round numbers (1, 2 or 5 times a power of ten apart) around low..high: the first is at or below `low`, the
/// last at or above `high`, and there are at most `most` + 2 of them. Where low = high, or nearly, they lie
/// around both. Error unless both are within +-largest_drawn, low <= high and most >= 2.
std::vector<double> round_ticks(double low, double high, int most);

}  // namespace dg::reporting
