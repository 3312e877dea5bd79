// The figures of a run with their intervals, and how those of two runs differ on the same test photos.
#pragma once
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/bootstrap.h"
#include "report/trial.h"

namespace dg::reporting {

/// A figure that every report has.
struct FigureKind {
  const char* name;   // in JSON
  const char* title;  // for people
  bool base;          // of the base photos, not of the novel ones
  Metric metric;
};

/// Top-1, coverage at each of required_precisions, base top-1.
inline constexpr std::size_t figure_kinds = 6;
const std::array<FigureKind, figure_kinds>& all_figures();

/// A value for each of all_figures(), in their order; none where there are no photos to measure it on.
using FigureValues = std::array<std::optional<BootstrapInterval>, figure_kinds>;

/// How the intervals are made: 95%, 2,000 resamples of identities with all their photos. Each figure draws
/// them anew with Rng(0), so that equal runs have equal intervals and a figure does not depend on the others.
BootstrapOptions figure_interval(const FigureKind& kind);

/// What a run answered to which test photos. Photos of two data sets are the same where their numbers are.
struct TestedPhotos {
  std::vector<Recognition> answers;   // those without one are last
  std::vector<std::uint64_t> photos;  // of the identity's name and PhotoSource::fingerprint; of photos
                                      // without an answer of the name alone

  std::size_t broken() const;
};

struct Tested {
  TestedPhotos novel, base;
  std::size_t identities = 0;  // to choose from
  std::size_t novel_identities = 0, base_identities = 0;
};

Tested tested(const Trial& trial);

FigureValues figures_of(const Tested& run);

/// Those of `b` minus those of `a`, paired; none where the two were not tested on the same photos.
FigureValues differences(const Tested& a, const Tested& b);

/// Why `differences` has no figure of the novel photos, or of the base photos where neither run has novel
/// ones: a sentence for people. Empty where it has them.
std::string why_not_paired(const Tested& a, const Tested& b);

/// A precision and the coverage at it (RankedAnswers::at), both in [0, 1].
struct CurvePoint {
  double precision = 0, coverage = 0;
};

/// Coverage of the novel photos at precisions from 0.5 to 1 in steps of 0.005, above 0.98 of 0.001. Empty
/// without novel photos.
std::vector<CurvePoint> coverage_curve(const Tested& run);

/// {"novel_top1": {"value", "low", "high"}, ...}; null where there is no value.
nlohmann::ordered_json to_json(const FigureValues& values);

}  // namespace dg::reporting
