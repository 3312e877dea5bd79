// Checkpoints of a run, as safetensors files (docs/checkpoints.md lists the names): the parameters under
// their own names, velocity.<name> of the optimiser, state.<what> of trainer, list and sampler; metadata:
// step and configuration.
#pragma once
#include <filesystem>

#include "training/trainer.h"

namespace dg {

/// Writes all that the rest of the run depends on. Equal states give equal bytes. `novel_top1`, if any, goes
/// into the metadata of the best checkpoint.
void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config,
                     std::optional<double> novel_top1 = {});

/// The novel top-1 that save_checkpoint was given; -1 when it was given none.
double best_top1(const std::filesystem::path& path);

/// Loads the network's parameters (ARFA's k too) and nothing else. IoError when one is missing or of another
/// shape.
void load_network(const std::filesystem::path& path, Network& network);

/// Continues where save_checkpoint stopped. The trainer must be fresh: neither initialised nor stepped.
void load_checkpoint(const std::filesystem::path& path, Trainer& trainer);

/// The step checkpoints of a run folder, newest last; empty when there is none.
std::vector<std::filesystem::path> step_checkpoints(const std::filesystem::path& run);

}  // namespace dg
