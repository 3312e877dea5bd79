// Evaluation of a finished run on a data set.
#pragma once
#include "evaluation/one_shot.h"
#include "evaluation/verification.h"
#include "training/run/finished_run.h"

namespace dg {

/// The one-shot protocol: identities that the run trained on are base, all others novel. A families.csv
/// beside the identity folders adds the error analysis by family.
OneShotResult evaluate_one_shot(const std::filesystem::path& run, const EvaluateOptions& options);

/// Verification on the pairs of an LFW-style file; `data` holds <Name>/<Name>_<4 digits>.jpg. A photo of a
/// pair that is missing or does not decode is an error that names it.
Verification evaluate_verification(const std::filesystem::path& run, const EvaluateOptions& options,
                                   const std::filesystem::path& pairs);

}  // namespace dg
