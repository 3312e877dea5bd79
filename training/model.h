// From a configuration to what is trained.
#pragma once
#include "layers/face_resnet.h"
#include "losses/joint.h"
#include "training/config/config.h"

namespace dg {

/// Network and losses as `config` describes them, for `classes` training classes. Nothing is allocated yet.
Network make_network(const Config& config);
JointOptions make_losses(const Config& config, std::int64_t classes);
/// Makes cuda.precision and cuda.deterministic the process's policy.
void use_precision(const Config& config);

}  // namespace dg
