// What a run tells people when it begins and when it has ended.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "training/config/plan.h"
#include "training/run/training_data.h"
#include "training/run/training_evaluation.h"
#include "training/run/verdict.h"

namespace dg {

/// What is trained on where, and with which settings that nobody gave.
std::vector<std::string> opening_words(const TrainingData& data, const Config& config,
                                       const std::vector<PlannedSetting>& planned, Device device);

/// How it went, whether mining is likely to pay, and which checkpoint is the best.
std::vector<std::string> closing_words(const std::filesystem::path& run, const Config& config,
                                       const TrainingFigures& figures, const EvaluationHistory& evaluations);

}  // namespace dg
