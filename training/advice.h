// What a run can be told when it diverges or collapses (docs/deviations.md, "What keeps small networks from
// collapsing"): only what its configuration does not have already.
#pragma once
#include <string>

#include "training/config/config.h"

namespace dg {

/// "a, b, a lower optim.rate (0.005)": settings that help a loss that is not finite.
std::string advice_on_divergence(const Config& config);

/// The same for an embedding in which all people are at one place.
std::string advice_on_collapse(const Config& config);

}  // namespace dg
