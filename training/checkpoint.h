// Checkpoints of a run, as safetensors files (docs/checkpoints.md lists the names): the parameters under
// their own names, velocity.<name> of the optimiser, state.<what> of trainer, list and sampler; metadata:
// step, configuration and the checksum of every tensor.
#pragma once
#include <filesystem>

#include "training/trainer.h"

namespace dg {

/// Which of the shares that an evaluation finds makes a checkpoint the best, and how large it is:
/// "novel_top1", "base_top1" or "pairs_accuracy".
struct BestScore {
  std::string of;
  double value = 0;
};

/// What a run knows beside its trainer.
struct RunState {
  State metrics;                          // RunMetrics::save
  std::optional<BestScore> best;          // of the best checkpoint: what made it the best
  std::int64_t without_better = 0;        // evaluations since the best one
  std::optional<double> evaluation_loss;  // softmax loss at the last evaluation
  std::string computed_on;       // "cuda" or "cpu, N threads": equal bits need the same; may be empty
  std::string identities;        // IdentityTable::fingerprint; may be empty
  bool evaluation_owed = false;  // the evaluation after this step was stopped or failed: it comes first
  std::string halted;            // why the state is not that after any one step; empty: it is
};

/// Writes all that the rest of the run depends on. Equal states give equal bytes. Error, and no file, when a
/// number is not finite.
void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config,
                     const RunState& run = {});

/// The step that save_checkpoint was called after. IoError when the file is no checkpoint of this program.
std::int64_t checkpoint_step(const std::filesystem::path& path);

/// The score that save_checkpoint was given. IoError when there is none in the file.
BestScore best_score(const std::filesystem::path& path);

/// Loads the network's parameters (ARFA's k too) and nothing else. IoError, naming file, tensor and offset,
/// when one is missing, of another shape, damaged or not finite.
void load_network(const std::filesystem::path& path, Network& network);

/// The configuration, as TOML, that a checkpoint was saved with; empty where it has none.
std::string stored_config(const std::filesystem::path& path);

/// The network that a checkpoint was saved with, on a device. Errors of load_network.
Network stored_network(const std::filesystem::path& path, const Config& config, Device device);

/// Continues where save_checkpoint stopped. The trainer must be fresh: neither initialised nor stepped.
/// IoError as load_network, and for a state that was saved as halted; the trainer is then as good as fresh.
/// Error when a state is not of this run's data or settings.
RunState load_checkpoint(const std::filesystem::path& path, Trainer& trainer);

/// The step checkpoints of a run folder, newest last; empty when there is none.
std::vector<std::filesystem::path> step_checkpoints(const std::filesystem::path& run);

}  // namespace dg
