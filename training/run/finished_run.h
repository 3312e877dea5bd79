// The folder of a finished run as evaluations and classifier learning read it, and the data they are given.
#pragma once
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "data/photo_set.h"
#include "data/split.h"
#include "data/tsv/celeb_tsv.h"
#include "layers/network.h"
#include "tensor/device.h"
#include "training/config/config.h"
#include "training/run/identity_table.h"

namespace dg {

/// What every command takes where nobody names a checkpoint: the best one of a run that has one, else its
/// last.
inline constexpr const char* best_or_last = "best or last";
/// False for "last", "best" and best_or_last, which are found in the folder of a run.
bool names_a_file(const std::string& checkpoint);

/// What everything that reads finished runs is told, beside the runs.
struct EvaluateOptions {
  std::filesystem::path data;             // a class folder, a folder of LFW or a dataset.toml
  std::string checkpoint = best_or_last;  // "last", "best" or a file
  Device device = Device::cpu;
  KnownBy known_by = KnownBy::photos;  // how identities of a class folder are known again
  std::vector<std::string> settings;   // "section.key=value" over the run's, of evaluation_keys()
  bool brief = false;                  // nothing is noted that is as it should be
  std::function<void(const std::string&)> note = [](const std::string&) {
  };  // is told what people should know
};

/// RUN/, as doppel train leaves it.
class FinishedRun {
 public:
  /// Reads the configuration, with `settings` ("section.key=value") over it. IoError if the folder is no run;
  /// Error for settings that change other keys than those of evaluation_keys().
  explicit FinishedRun(std::filesystem::path folder, const std::vector<std::string>& settings = {});

  const std::filesystem::path& folder() const { return folder_; }
  const Config& config() const { return config_; }
  /// RUN/identities.tsv. IoError if the file cannot be read or is no such table.
  IdentityTable identities() const;
  /// The file of a checkpoint: "last", "best", best_or_last, or a path, which is returned as it is. IoError
  /// where "last" finds none.
  std::filesystem::path checkpoint(const std::string& which) const;
  /// The network of a checkpoint on a device, as `options` names them; which file it was is noted. The run's
  /// precision becomes the process's.
  Network network(const EvaluateOptions& options) const;

 private:
  std::filesystem::path folder_;
  Config own_, config_;  // as it is in the folder, and with the settings over it
};

/// The keys that an evaluation may have otherwise than the run: how its photos are read, and nothing that the
/// network was trained with.
const std::vector<std::string>& evaluation_keys();

/// A data set under a run's own split: base = who the run was trained on, novel = all others.
struct EvaluationData {
  PhotoSet set;
  Split split;
  std::vector<int> family;  // by class, from DATA/families.csv; empty where there is none
};

/// A class folder, or the files of a dataset.toml with their `held_out` set, which must have truth. Who is
/// taken as known, and why, is noted, and what of a folder is not read. IoError if RUN/identities.tsv does
/// not belong to the checkpoint.
EvaluationData open_evaluation_data(const FinishedRun& run, const EvaluateOptions& options,
                                    HeldOut held_out = HeldOut::development);

/// The files of a dataset.toml with their `held_out` set. Error if the run was trained on a novel identity,
/// and those of open_celeb_tsv.
CelebTsv open_celeb_evaluation(const FinishedRun& run, const EvaluateOptions& options, HeldOut held_out);

}  // namespace dg
