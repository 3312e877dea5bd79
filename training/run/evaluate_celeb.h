// The one-shot protocol of MS-Celeb-1M (section 4.1) on a dataset.toml: the development set with figures, the
// test set, which has no truth, as a submission.
#pragma once
#include <optional>

#include "recognition/recogniser.h"
#include "training/run/finished_run.h"

namespace dg {

struct CelebEvaluation {
  std::optional<OneShotResult> figures;  // none where the rows have no truth
  std::int64_t recognised = 0;           // how many photos have an answer
};

/// Recognises the `held_out` set of `options.data` among base and novel identities. `submission`, if given,
/// is a file that gets submission_text, whole or not at all. Errors: a set without truth where no submission
/// is asked for, and those of open_celeb_evaluation and Recogniser.
CelebEvaluation evaluate_celeb(const std::filesystem::path& run, const EvaluateOptions& options,
                               HeldOut held_out,
                               const std::optional<std::filesystem::path>& submission = std::nullopt);

/// The answers, for those who know the truth: one line "line<TAB>MID<TAB>confidence" per prediction, in the
/// order of the lines of the evaluated file. Lines are counted from 1; the confidence is the shortest decimal
/// that reads back to the same float. Rows without an answer (bad rows, photos that do not decode) have no
/// line.
std::string submission_text(std::vector<Prediction> predictions, const CelebTsv& set);

}  // namespace dg
