#include "training/run/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include "interop/folder_names.h"
#include "interop/lock_file.h"
#include "interop/paths.h"
#include "interop/whole_file.h"
#include "tensor/check.h"
#include "training/checkpoint.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// No link, whose target may be of use to others.
bool is_plain_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(fs::symlink_status(path, none));
}

// "best", "step-<number>" or "halted-step-<number>", and then `ending`.
bool is_checkpoint_name(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  if (name == "best") return true;
  for (const std::string_view start : {"step-", "halted-step-"}) {
    if (name.starts_with(start) && name.size() > start.size() &&
        name.find_first_not_of("0123456789", start.size()) == std::string_view::npos)
      return true;
  }
  return false;
}

}  // namespace

void refuse_folder(const fs::path& run, const fs::path& data) {
  require(!run.empty(), "train", "--run must name a folder, got an empty name");
  const fs::path inner = canonical_path(run), outer = canonical_path(data);
  const auto [end, unused] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  require(end != outer.end(), "train",
          "--run must be outside the data {}, got {} (unless given, runs/<data>-<n> of this folder)",
          data.string(), run.string());
}

Config run_config(const fs::path& run, const std::vector<std::string>& settings) {
  const fs::path file = run / "config.toml";
  return parse_stored_config(read_file_text(file), file.string(), settings);
}

fs::path best_checkpoint(const fs::path& run) { return run / "checkpoints" / "best.safetensors"; }

bool holds_a_run(const fs::path& run) {
  std::error_code none;
  const auto metrics = fs::file_size(run / "metrics.jsonl", none);
  return !step_checkpoints(run).empty() || path_exists(best_checkpoint(run)) || (!none && metrics > 0);
}

bool is_step_checkpoint(const fs::path& path) {
  try {
    return is_plain_file(path) &&
           path.filename() == fmt::format("step-{}.safetensors", checkpoint_step(path));
  } catch (const Error&) {
    return false;
  }
}

bool is_unfinished_checkpoint(const fs::path& path) {
  return is_plain_file(path) && is_checkpoint_name(path.filename().string(), ".safetensors.tmp");
}

void insert_by_step(std::vector<fs::path>& checkpoints, const fs::path& best) {
  const std::int64_t step = checkpoint_step(best);
  const auto after = [step](const fs::path& path) {
    return std::stoll(path.filename().string().substr(5)) >=
           step;  // behind "step-", as step_checkpoints says
  };
  checkpoints.insert(std::find_if(checkpoints.begin(), checkpoints.end(), after), best);
}

void remove_old_checkpoints(const fs::path& run, const fs::path& newest, std::int64_t keep) {
  const std::vector<fs::path> all = step_checkpoints(run);
  const auto end = std::find(all.begin(), all.end(), newest);
  for (auto old = all.begin(); end - old >= keep; ++old) {
    if (is_step_checkpoint(*old)) fs::remove(*old);
  }
  const fs::path folder = run / "checkpoints";
  for (const std::string& name : folder_names(folder)) {
    if (is_unfinished_checkpoint(folder / name)) fs::remove(folder / name);
  }
}

void remove_run(const fs::path& run) {
  const LockFile lock(run / "lock");
  std::error_code none;
  std::vector<fs::path> files;
  for (const char* name : {"config.toml", "data.txt", "init.txt", "identities.tsv", "metrics.jsonl",
                           "metrics.csv", "metrics-collapsed.jsonl"})
    files.push_back(run / name);
  for (fs::directory_iterator entry(run / "checkpoints", none), end; !none && entry != end;
       entry.increment(none)) {
    const std::string name = entry->path().filename().string();
    if (is_checkpoint_name(name, ".safetensors") || is_checkpoint_name(name, ".safetensors.tmp"))
      files.push_back(entry->path());
  }
  for (const fs::path& file : files) {
    if (is_plain_file(file)) fs::remove(file);
  }
}

}  // namespace dg
