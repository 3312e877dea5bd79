// Evaluation of a finished run on a data set.
#pragma once
#include <filesystem>
#include <functional>
#include <set>

#include "data/photo_store.h"
#include "data/tsv/celeb_tsv.h"
#include "evaluation/one_shot.h"
#include "evaluation/verification.h"
#include "layers/face_resnet.h"
#include "tensor/device.h"
#include "training/config/config.h"

namespace dg {

struct EvaluateOptions {
  std::filesystem::path run, data;
  std::string checkpoint = "last";  // "last", "best" or a file
  Device device = Device::cpu;
  std::function<void(const std::string&)> note = [](const std::string&) {};  // told about broken photos
};

/// The one-shot protocol: identities that the run trained on (RUN/identities.tsv) are base, all others novel.
/// A families.csv beside the identity folders adds the error analysis by family.
OneShotResult evaluate_one_shot(const EvaluateOptions& options);

/// Verification on the pairs of an LFW-style file; `data` holds <Name>/<Name>_<4 digits>.jpg. A photo of a
/// pair that is missing or does not decode is an error that names it.
Verification evaluate_verification(const EvaluateOptions& options, const std::filesystem::path& pairs);

/// The configuration of a run. IoError if the folder is no run.
Config run_config(const std::filesystem::path& run);

/// Who the run was trained on (RUN/identities.tsv).
std::set<std::string> trained_identities(const std::filesystem::path& run);

/// The network of the checkpoint that `options` names, on `options.device`.
Network trained_network(const EvaluateOptions& options, const Config& config);

/// How evaluations read photos: each once, so none is kept.
PhotoStoreOptions evaluation_store(const Config& config, double max_broken);

/// The checkpoint that `options` names. IoError when there is none.
std::filesystem::path find_checkpoint(const EvaluateOptions& options);

/// A data set under a run's own split: base = who the run was trained on.
struct EvaluationData {
  PhotoSet set;
  Split split;
  std::vector<int> family;  // by class, from DATA/families.csv; empty where there is none
};

/// A class folder, or the files of a dataset.toml with their `held_out` set, which must have truth.
EvaluationData open_evaluation_data(const EvaluateOptions& options, const Config& config,
                                    HeldOut held_out = HeldOut::development);

}  // namespace dg
