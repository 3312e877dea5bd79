#include "training/run/finished_run.h"

#include <algorithm>
#include <map>

#include "data/class_folder.h"
#include "data/families.h"
#include "interop/folder_names.h"
#include "interop/paths.h"
#include "interop/safetensors.h"
#include "tensor/check.h"
#include "training/checkpoint.h"
#include "training/config/model.h"
#include "training/run/names.h"
#include "training/run/run_checks.h"
#include "training/run/run_folder.h"
#include "training/run/training_data.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::string did_you_mean_below(const fs::path& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none)) return "";
  std::vector<std::string> runs;
  for (const std::string& name : folder_names(folder))
    if (path_exists(folder / name / "config.toml")) runs.push_back((folder / name).string());
  return runs.empty() ? "" : fmt::format("; did you mean {}?", first_five(runs));
}

fs::path config_file(const fs::path& run) {
  const fs::path file = run / "config.toml";
  if (!path_exists(file))
    throw IoError(
        fmt::format("{}: not a run folder, it has no config.toml{}", run.string(), did_you_mean_below(run)));
  return file;
}

Config with_settings(const fs::path& run, const Config& own, const std::vector<std::string>& settings) {
  const Config config = run_config(config_file(run).parent_path(), settings);
  std::vector<std::string> foreign = differences(own, config);
  std::erase_if(foreign, [](const std::string& key) {
    return std::ranges::find(evaluation_keys(), key) != evaluation_keys().end();
  });
  require(foreign.empty(), "evaluate", "--set may change {} alone, got {}",
          fmt::join(evaluation_keys(), ", "), fmt::join(foreign, ", "));
  return config;
}

// The table must be that of the checkpoint: a shorter one would turn people of the training into new ones. A
// file of another program may have no classifier to count by.
IdentityTable trained_identities(const FinishedRun& run, const std::string& which) {
  IdentityTable table = run.identities();
  const SafetensorsReader file(run.checkpoint(which));
  const SafetensorsReader::Entry* const weight = file.find("l2_softmax.weight");
  const auto base = std::ranges::count_if(table.rows, &IdentityTable::Row::base);
  if (weight != nullptr && weight->shape.size() == 2 && weight->shape[0] != base) {
    throw IoError(fmt::format("{}: has {} base identities, but {} was trained on {}",
                              (run.folder() / "identities.tsv").string(), base,
                              run.checkpoint(which).string(), weight->shape[0]));
  }
  const auto then = file.metadata().find("identities");
  if (then != file.metadata().end() && then->second != table.fingerprint()) {
    throw IoError(fmt::format("{}: is not as it was when {} was saved, so who was trained on is unknown",
                              (run.folder() / "identities.tsv").string(), run.checkpoint(which).string()));
  }
  return table;
}

// What is held out are the last photos of each identity. Where photos have come or gone since the training,
// these may have been trained on: such an identity has no part in the base figures. Where only names or sizes
// are others, as of a photo that was damaged since, it has, and people are told.
void leave_out_mixed_photos(const IdentityTable& table, const EvaluateOptions& o, EvaluationData& data) {
  std::map<std::string, const IdentityTable::Row*> trained;
  for (const IdentityTable::Row& row : table.rows) trained[row.name] = &row;
  std::vector<std::string> others, altered;
  for (std::size_t i = 0; i < data.split.base_classes.size(); ++i) {
    const ClassId c = data.split.base_classes[i];
    const IdentityTable::Row& row = *trained.at(data.set.classes[c]);
    if (data.split.base_test[i].empty() || !mixes_photos(row, data.set, c)) continue;
    const bool as_many = std::ssize(data.set.photos_of(c)) == row.photos.photos;
    (as_many ? altered : others).push_back(row.name);
    if (!as_many) data.split.base_test[i].clear();
  }
  const auto tell = [&](const std::vector<std::string>& names, const char* what) {
    if (!names.empty())
      o.note(fmt::format("{} of {} known identities {}: {}", names.size(), data.split.base_classes.size(),
                         what, first_five(names)));
  };
  tell(others,
       "have more or fewer photos than in the training, and no part in the base figures, because those held "
       "out now may have been trained on");
  tell(altered,
       "have photos of other names or sizes than in the training; if any were exchanged, the base figures "
       "may count photos that were trained on");
}

// An extra figure rests on the table, so people who were renamed or added since stop nothing.
std::vector<int> families_of(const EvaluateOptions& o, const PhotoSet& set) {
  const fs::path table = o.data / "families.csv";
  if (!path_exists(table)) return {};
  try {
    return read_families(table, set.classes);
  } catch (const IoError& e) {
    o.note(fmt::format("{}: errors within families are not counted", e.what()));
    return {};
  }
}

// The settings that the checkpoint was saved with must still be those of config.toml: an edited one would
// give the figures of another network.
void refuse_edited_settings(const fs::path& checkpoint, const Config& config) {
  const std::vector<std::string> changed = other_settings(checkpoint, stored_config(checkpoint), config);
  require(changed.empty(), "evaluate",
          "config.toml must have the settings that {} was trained with, got other "
          "values of {}",
          checkpoint.string(), fmt::join(changed, ", "));
}

}  // namespace

const std::vector<std::string>& evaluation_keys() {
  static const std::vector<std::string> keys{"data.max_broken", "data.workers", "data.cache_mb",
                                             "data.nested",     "data.strict",  "data.crop"};
  return keys;
}

bool names_a_file(const std::string& checkpoint) {
  return checkpoint != "last" && checkpoint != "best" && checkpoint != best_or_last;
}

FinishedRun::FinishedRun(fs::path folder, const std::vector<std::string>& settings)
    : folder_(std::move(folder)),
      own_(run_config(config_file(folder_).parent_path())),
      config_(with_settings(folder_, own_, settings)) {}

IdentityTable FinishedRun::identities() const { return IdentityTable::read(folder_ / "identities.tsv"); }

fs::path FinishedRun::checkpoint(const std::string& which) const {
  const fs::path best = best_checkpoint(folder_);
  if (which == "best" || (which == best_or_last && path_exists(best))) return best;
  if (names_a_file(which)) return which;
  const std::vector<fs::path> all = step_checkpoints(folder_);
  if (all.empty()) throw IoError(fmt::format("{}: there is no checkpoint", best.parent_path().string()));
  return all.back();
}

Network FinishedRun::network(const EvaluateOptions& o) const {
  const fs::path file = checkpoint(o.checkpoint);
  const std::vector<fs::path> steps = step_checkpoints(folder_);
  const bool other = o.checkpoint == best_or_last && file == best_checkpoint(folder_) && !steps.empty();
  try {
    if (!names_a_file(o.checkpoint)) refuse_edited_settings(file, own_);
    if (!o.brief) {
      const bool chosen =
          other && steps.back().filename() != fmt::format("step-{}.safetensors", checkpoint_step(file));
      o.note(fmt::format("checkpoint {}{}", file.string(),
                         chosen
                             ? ": on the photos that chose it, figures are a little too good; --checkpoint "
                               "last takes the last one"
                             : ""));
    }
    use_precision(config_);
    return stored_network(file, config_, o.device);
  } catch (const Unavailable&) {
    throw;
  } catch (const IoError& e) {
    if (!other) throw;
    throw IoError(fmt::format("{} (--checkpoint last takes the last one)", e.what()));
  }
}

EvaluationData open_evaluation_data(const FinishedRun& run, const EvaluateOptions& o, HeldOut held_out) {
  if (is_dataset_toml(o.data)) {
    CelebTsv files = open_celeb_evaluation(run, o, held_out);
    require(files.unlabelled.empty(), "evaluate", "figures need truth, and the test file of {} has none",
            o.data.string());
    return {std::move(files.photos), std::move(files.split), {}};
  }
  EvaluationData data;
  data.set = scan_class_folder(o.data, folder_options(run.config()));
  if (const std::string missing = what_is_missing(data.set); !missing.empty()) o.note(missing);
  const IdentityTable table = trained_identities(run, o.checkpoint);
  KnownIdentities known = known_identities(table, data.set, o.known_by);
  if (!o.brief || !known.by_photos) o.note(known.why);
  data.split = split_photos(data.set,
                            {.base = SplitOptions::Base::named,
                             .names = std::move(known.names),
                             .base_test_photos = static_cast<int>(run.config().data.base_test_photos),
                             .strict = run.config().data.strict},
                            Rng(0));
  leave_out_mixed_photos(table, o, data);
  data.family = families_of(o, data.set);
  return data;
}

CelebTsv open_celeb_evaluation(const FinishedRun& run, const EvaluateOptions& o, HeldOut held_out) {
  CelebTsv set = open_celeb_tsv(read_dataset_toml(o.data),
                                {.held_out = held_out, .max_bad_share = run.config().data.max_broken});
  for (const std::string& note : set.notes) o.note(note);
  const std::set<std::string> trained = trained_identities(run, o.checkpoint).base_names();
  for (const ClassId c : set.split.novel_classes) {
    require(!trained.contains(set.photos.classes[c]), "evaluate",
            "novel identities must be new to the network, but {} was trained on {}", run.folder().string(),
            set.photos.classes[c]);
  }
  return set;
}

}  // namespace dg
