// From a configuration to the parts of joint supervision.
#pragma once
#include <vector>

#include "losses/joint.h"
#include "training/config/config.h"

namespace dg {

/// The losses that `config` asks for, with weights and first steps, for `classes` training classes. Nothing
/// is allocated yet. The paper's three are always there, also with weight 0, so that all checkpoints have
/// their parameters, as those of earlier versions do. Others are there where their weight is not 0.
std::vector<LossPart> loss_parts(const Config& config, std::int64_t classes);

}  // namespace dg
