// The one-shot protocol of MS-Celeb-1M (section 4.1) on a dataset.toml: the development set with figures, the
// test set, which has no truth, as a submission.
#pragma once
#include <optional>

#include "data/tsv/celeb_tsv.h"
#include "recognition/recogniser.h"
#include "training/run/evaluate_run.h"

namespace dg {

/// The files of `options.data` with their `held_out` set. Error if the run was trained on a novel identity,
/// and those of open_celeb_tsv.
CelebTsv open_celeb_evaluation(const EvaluateOptions& options, const Config& config, HeldOut held_out);

struct CelebEvaluation {
  std::optional<OneShotResult> figures;  // none where the rows have no truth
  std::int64_t recognised = 0;           // photos with an answer
};

/// Recognises the `held_out` set of `options.data` among base and novel identities. `submission`, if given,
/// is a file that gets submission_text, whole or not at all. Error: a set without truth and no submission
/// asked for, and those of open_celeb_evaluation and Recogniser.
CelebEvaluation evaluate_celeb(const EvaluateOptions& options, HeldOut held_out,
                               const std::optional<std::filesystem::path>& submission = std::nullopt);

/// The answers for whoever knows the truth: one line per prediction, in the order of the evaluated file's
/// lines: "line<TAB>MID<TAB>confidence", the line counted from 1, the confidence the shortest decimal that
/// reads back to the same float. Rows without an answer (bad rows, photos that do not decode) have no line.
std::string submission_text(std::vector<Prediction> predictions, const CelebTsv& set);

}  // namespace dg
