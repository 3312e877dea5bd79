#include "training/run/run_checks.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "interop/paths.h"
#include "interop/system_error.h"
#include "tensor/check.h"
#include "training/checkpoint.h"
#include "training/config/keys.h"
#include "training/run/run_folder.h"

namespace dg {

namespace fs = std::filesystem;

namespace {

// What a run that was extended since then differs in by that alone is no other setting.
Config extended_as(Config then, const Config& now) {
  const auto &before = then.optim.extended_at, &after = now.optim.extended_at;
  const bool extended = after.size() > before.size() &&
                        std::equal(before.begin(), before.end(), after.begin()) &&
                        after[before.size()] == then.steps;
  if (extended) {
    then.steps = now.steps;
    then.optim.extended_at = after;
  }
  return then;
}

}  // namespace

std::vector<std::string> other_settings(const fs::path& checkpoint, const std::string& text,
                                        const Config& now) try {
  if (text.empty()) return {};
  return differences(extended_as(parse_stored_config(text, checkpoint.string()), now), now, Compare::results);
} catch (const Error&) {
  return {};
}

void refuse_other_settings(const fs::path& checkpoint, const std::string& text, const Config& now) {
  const std::vector<std::string> changed = other_settings(checkpoint, text, now);
  require(changed.empty(), "train", "--resume must not change settings, got other values of {} than {} has",
          fmt::join(changed, ", "), checkpoint.string());
}

void refuse_other_settings(const fs::path& run, const Config& now) {
  if (!holds_a_run(run)) return;
  require(path_exists(run / "config.toml"), "train",
          "--resume needs {} to see that the settings are those of the run, but it is not there",
          (run / "config.toml").string());
  const std::vector<std::string> changed =
      differences(extended_as(run_config(run), now), now, Compare::results);
  require(changed.empty(), "train", "--resume must not change settings, got other values of {} than {} has",
          fmt::join(changed, ", "), (run / "config.toml").string());
}

std::string load_initial_network(const fs::path& checkpoint, const Config& now, Network& network) {
  std::string others;
  try {
    const std::string text = stored_config(checkpoint);
    const Config then = text.empty() ? now : parse_stored_config(text, checkpoint.string());
    const std::vector<std::string> changed = differences(then, now);
    for (const config::Key& key : config::keys()) {
      if (config::section_of(key.name) != "network" || !std::ranges::count(changed, key.name)) continue;
      others += fmt::format("{}{} = {}, and here it is {}", others.empty() ? "" : "; ", key.name,
                            key.write(then), key.write(now));
    }
  } catch (const IoError&) {
    throw;
  } catch (const Error&) {  // no settings in it, or those of another version
  }
  try {
    load_network(checkpoint, network);
  } catch (const Unavailable&) {
    throw;
  } catch (const IoError& e) {
    if (others.empty()) throw;
    throw IoError(fmt::format("{} (it was trained with {})", e.what(), others));
  }
  return others;
}

void refuse_foreign_files(const fs::path& run) {
  const auto demand_ours = [&](const char* name, const auto& read) {
    const fs::path file = run / name;
    if (!path_exists(file)) return;
    try {
      read(file);
    } catch (const Error&) {
      throw Error(fmt::format("[train] {} is in the way: no run wrote it; choose another --run folder",
                              file.string()));
    }
  };
  demand_ours("config.toml", [](const fs::path& file) { load_config(file, {}); });
  demand_ours("identities.tsv", [](const fs::path& file) { IdentityTable::read(file); });
}

void refuse_other_data(const fs::path& run, const IdentityTable& now, const std::string& left_out) {
  const fs::path file = run / "identities.tsv";
  if (!holds_a_run(run)) return;
  require(path_exists(file), "train",
          "--resume needs {} to see that the data are those of the run, but it is not there", file.string());
  const std::string changed = changes(IdentityTable::read(file), now);
  require(changed.empty(), "train",
          "--resume must go on with the data that {} lists, but in the data now {}{}", file.string(), changed,
          left_out.empty() ? "" : "; " + left_out);
}

}  // namespace dg
