// Checkpoints of a run, as safetensors files (docs/checkpoints.md lists the names): the parameters under
// their own names, velocity.<name> of the optimiser, state.<what> of trainer, list and sampler; metadata:
// step and configuration.
#pragma once
#include <filesystem>

#include "training/trainer.h"

namespace dg {

/// Writes all that the rest of the run depends on. Equal states give equal bytes.
void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config);

/// Loads the network's parameters (ARFA's k too) and nothing else. IoError when one is missing or of another
/// shape.
void load_network(const std::filesystem::path& path, Network& network);

/// Continues where save_checkpoint stopped. The trainer must be fresh: neither initialised nor stepped.
void load_checkpoint(const std::filesystem::path& path, Trainer& trainer);

}  // namespace dg
