// What a training will take, from a few of its steps.
#pragma once
#include <cstdint>

#include "training/config/config.h"
#include "training/run/training_data.h"

namespace dg {

struct TrialSteps {
  std::int64_t steps = 0;             // timed
  double seconds_before = 0;          // from nothing to the first step: weights, LSUV, class means
  double seconds_per_step = 0;        // mean over the timed steps
  double seconds_per_evaluation = 0;  // 0 where there is nothing to test on
  std::int64_t bytes = 0;  // most memory of the process, with as many decoded photos kept as there will be
};

/// Makes fresh weights and trains `steps` steps of `config` on `data`, of which the first quarter is not
/// timed. How long the class means of init.classifier and an evaluation take is known from a few photos.
/// Nothing is written. Errors as those of a training.
TrialSteps try_steps(const Config& config, const std::filesystem::path& folder, const TrainingData& data,
                     Device device, std::int64_t steps = 20);

}  // namespace dg
