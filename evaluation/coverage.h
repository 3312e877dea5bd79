// Coverage at a required precision, the paper's metric (section 4.1).
// Of N images the M whose confidence reaches a threshold are answered, C of them rightly:
// precision = C / M, coverage = M / N. Images of equal confidence are answered together or not at all.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace dg {

/// One test image: how sure the prediction is, and whether it is right. An image without a prediction (a
/// photo that does not decode) has the confidence `unanswered`: it counts in N, but no threshold answers it.
struct Answer {
  static constexpr double unanswered = -std::numeric_limits<double>::infinity();

  double confidence = 0;
  bool correct = false;
};

/// Which threshold counts when precision is not monotone in it.
enum class CoverageRule {
  largest,         ///< the largest M with C / M >= p (the paper's)
  first_violation  ///< the largest M such that this and every smaller answered set keeps C / M >= p
};

/// The chosen operating point. If no set of answers is precise enough: M = C = 0 and threshold +infinity.
struct Coverage {
  std::uint64_t answered = 0;  ///< M
  std::uint64_t right = 0;     ///< C
  std::uint64_t images = 0;    ///< N
  double threshold = 0;        ///< an image is answered if its confidence is at least this

  /// M / N, in [0, 1].
  double coverage() const { return static_cast<double>(answered) / static_cast<double>(images); }
};

/// Answers sorted by confidence, most confident first. Sorting once serves many targets and resamples.
class RankedAnswers {
 public:
  /// Errors: no answers, a confidence that is NaN.
  explicit RankedAnswers(std::span<const Answer> answers);

  /// The operating point for precision p in (0, 1], a decimal of at most 9 digits, compared exactly
  /// (decimal.h).
  Coverage at(double precision, CoverageRule rule = CoverageRule::largest) const;

  /// The same when image i (in the order given to the constructor) occurs counts[i] times, possibly 0.
  /// Errors: another number of counts than images, all counts 0.
  Coverage at(double precision, CoverageRule rule, std::span<const std::uint32_t> counts) const;

 private:
  struct Ranked {
    Answer answer;
    std::size_t image;
  };
  std::vector<Ranked> ranked_;
};

}  // namespace dg
