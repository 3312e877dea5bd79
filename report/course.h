// How a training went, in the words of the training itself (training/run/verdict.h), from what it wrote.
#pragma once
#include <string>

#include "report/run_report.h"
#include "training/run/identity_table.h"
#include "training/run/verdict.h"

namespace dg::reporting {

/// Of the last line of its metrics; scores are those of the last evaluation and of the best before it. `run`
/// has its metrics and steps.
TrainingFigures course_of(const RunReport& run, const IdentityTable& identities);

/// "learning: softmax loss 3.21 ..." and whether mining is likely to pay, as a run ends, the latter only
/// where the identities have their numbers of photos; empty without metrics.
std::string course_words(const RunReport& run, const IdentityTable& identities);

}  // namespace dg::reporting
