// The one-shot protocol (paper, sections 2 and 4.1): people with many photos (base) and people with one
// (novel) are recognised together. Every test photo is assigned to the nearest prototype over all classes,
// base and novel, its cosine is the confidence. Novel photos give top-1 and coverage at precision; base
// photos give base top-1.
#pragma once
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "evaluation/coverage.h"
#include "evaluation/embeddings.h"
#include "sampling/ids.h"

namespace dg {

/// One test photo: who it shows, who it was taken for (both class ids), and how surely. Of a photo that could
/// not be read nobody knows more than whom it shows: it was taken for no_class.
struct Recognition {
  ClassId identity = 0;
  ClassId predicted = 0;
  float confidence = 0;

  bool correct() const { return identity == predicted; }
  bool answered() const { return predicted != no_class; }
};

/// Confidence and correctness of each photo, in the same order; one that was not answered has neither.
std::vector<Answer> to_answers(std::span<const Recognition> photos);

/// Where the errors on novel photos lie. The confident half: the floor(N / 2) photos of highest confidence,
/// equal ones in their given order. In the family: taken for somebody of the same family of look-alikes.
struct FamilyErrors {
  std::size_t errors = 0, in_family = 0;
  std::size_t confident_errors = 0, confident_in_family = 0;
};

/// The required precisions, in the order of OneShotResult::coverage, and their names in JSON.
inline constexpr std::array<double, 4> required_precisions{0.9, 0.95, 0.99, 0.999};
inline constexpr std::array<const char*, 4> precision_names{"0.9", "0.95", "0.99", "0.999"};

/// Figures of the protocol, shares in [0, 1], and every photo behind them (for the bootstrap).
struct OneShotResult {
  std::optional<double> novel_top1;                 ///< empty without novel photos
  std::optional<std::array<Coverage, 4>> coverage;  ///< of the novel photos, at each of required_precisions
  std::optional<double> base_top1;                  ///< empty without base photos
  std::optional<bool> base_gate;       ///< base top-1 >= 98%, compared in integers; empty without base photos
  std::optional<FamilyErrors> family;  ///< of the novel photos; empty without them or a family table
  std::size_t identities = 0;          ///< classes that can be predicted, base and novel
  std::vector<Recognition> novel, base;

  /// The entry of `coverage` at one of required_precisions. Error for any other precision, and without novel
  /// photos.
  const Coverage& coverage_at(double precision) const;
};

/// Test embeddings [rows, dim], unit rows, and the class id of each row.
struct TestPhotos {
  EmbeddingView embeddings;
  std::span<const ClassId> identities;
};

/// Each photo is taken for the identity of the nearest of the `prototypes` [identities, dim]; the cosine is the
/// confidence. In the order of the photos; none give none. Errors of nearest_prototypes, and where the photos'
/// identities are not as many as their embeddings.
std::vector<Recognition> recognise_by_cosine(const EmbeddingView& prototypes, const TestPhotos& photos);

/// Who is on the test photos that could not be read. They count among all photos, as ones that were not
/// recognised: left out, they would make every figure better.
struct Unanswered {
  std::vector<ClassId> novel, base;
};

/// Puts a Recognition of no answer behind the others for each of the `unanswered`.
void add_unanswered(std::vector<Recognition>& photos, std::span<const ClassId> unanswered);

/// The figures for recognitions from any source (prototypes, a classifier's probabilities), and for the
/// `unanswered`, which stand behind the others in the result. `family` is empty or names a family for each of
/// the `identities` classes. Errors: neither a novel nor a base photo, a class id outside 0..identities-1, a
/// family table of another size, a confidence that is NaN.
OneShotResult score_one_shot(std::vector<Recognition> novel, std::vector<Recognition> base,
                             std::size_t identities, std::span<const int> family = {},
                             const Unanswered& unanswered = {});

/// The protocol on `prototypes` [identities, dim] (row = class id, base and novel). One of `novel` and `base`
/// may be empty.
OneShotResult one_shot(const EmbeddingView& prototypes, const TestPhotos& novel, const TestPhotos& base,
                       std::span<const int> family = {}, const Unanswered& unanswered = {});

/// {"novel_top1", "coverage": {"0.9", "0.95", "0.99", "0.999"}, "base_top1", "novel_images", "identities"};
/// null where there is no photo to count
nlohmann::ordered_json to_json(const OneShotResult& result);

}  // namespace dg
