// Which folders may become run folders, and which of the files in one the program itself wrote: nothing else
// in it is ever deleted.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "training/config/config.h"

namespace dg {

/// Error where `run` is empty, or `data` or a folder inside it: it would be taken for an identity, and what a
/// run deletes must not be data.
void refuse_folder(const std::filesystem::path& run, const std::filesystem::path& data);

/// Whether there are checkpoints, a best one, or metrics. A first try that failed before anything was learnt
/// leaves none of them, and does not occupy its folder.
bool holds_a_run(const std::filesystem::path& run);

/// The settings of RUN/config.toml, with `settings` ("section.key=value") over them. IoError where the file
/// cannot be read.
Config run_config(const std::filesystem::path& run, const std::vector<std::string>& settings = {});

/// RUN/checkpoints/best.safetensors
std::filesystem::path best_checkpoint(const std::filesystem::path& run);

/// Whether this program wrote the file after the step that its name tells.
bool is_step_checkpoint(const std::filesystem::path& path);

/// What a killed run leaves of a checkpoint that it was writing.
bool is_unfinished_checkpoint(const std::filesystem::path& path);

/// Puts `best`, RUN's best checkpoint, where its step is among the `checkpoints` of steps, before one of the
/// same step. Errors of checkpoint_step.
void insert_by_step(std::vector<std::filesystem::path>& checkpoints, const std::filesystem::path& best);

/// Keeps the `keep` newest step checkpoints up to `newest`, and deletes those before them and what killed
/// runs left. Checkpoints of later steps can only be damaged ones that a resume passed over: they do not
/// count.
void remove_old_checkpoints(const std::filesystem::path& run, const std::filesystem::path& newest,
                            std::int64_t keep);

/// Deletes what `doppel train` writes into a run folder, by name, and neither links, nor folders, nor
/// anything else. Takes the folder's lock: IoError while another process writes there.
void remove_run(const std::filesystem::path& run);

}  // namespace dg
