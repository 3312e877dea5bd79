#include "training/run/run_request.h"

#include "interop/paths.h"
#include "tensor/check.h"
#include "training/config/problems.h"
#include "training/run/data_path.h"
#include "training/run/finished_run.h"
#include "training/run/run_folder.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

void demand_words_that_fit(const RunRequest& r) {
  require(!r.extend || *r.extend >= 1, "train", "--extend must be 1 or more steps, got {}",
          r.extend.value_or(0));
  require(!(r.resume || r.extend) || !r.run.empty(), "train",
          "required the folder of the run to go on with (--resume RUN), got none");
  require(!r.resume || !r.data.empty() || path_exists(r.run / "config.toml"), "train",
          "--resume goes on with a run, but there is none in {}", r.run.string());
  require(!r.extend || path_exists(r.run / "config.toml"), "train",
          "--extend goes on with a run, but there is none in {}", r.run.string());
}

fs::path data_of(const RunRequest& r, bool goes_on) {
  if (!r.data.empty()) {
    require(fs::absolute(r.data).string().find('\n') == std::string::npos, "train",
            "the path of DATA must be one line, because the run keeps it as one, got {}", r.data.string());
    require(!holds_a_run(r.data), "train",
            "DATA must be a folder of photos, and {} is a run; to go on with it: "
            "--resume {}",
            r.data.string(), r.data.string());
    return r.data;
  }
  const std::optional<fs::path> stored = goes_on ? stored_data_path(r.run) : std::nullopt;
  require(stored.has_value(), "train", "required DATA, got none{}",
          goes_on ? fmt::format(": {} does not say where its data are; add --data DIR", r.run.string()) : "");
  if (!path_exists(*stored)) {
    throw IoError(fmt::format("{}: the data of {} were there; --data DIR says where they are now",
                              stored->string(), r.run.string()));
  }
  return *stored;
}

// Settings of a run that goes on: its own, under what is said now.
Config settings_of_run(const RunRequest& r) {
  GivenConfig own{.config = run_config(r.run), .given = {}};
  Config config = load_given_config(r.recipe, r.settings, std::move(own)).config;
  if (r.extend) {
    constexpr std::int64_t most = 1'000'000'000;  // as of steps
    require(*r.extend <= most - config.steps, "train", "--extend {} after {} steps are more than {} in all",
            *r.extend, config.steps, most);
    config.optim.extended_at.push_back(config.steps);
    config.steps += *r.extend;
  }
  validate(config);
  return config;
}

GivenConfig settings_of_new_run(const RunRequest& r, std::optional<fs::path>& init) {
  GivenConfig settings, words;
  Problems problems;
  problems.gather([&] { settings = load_given_config(r.recipe, {}); });
  problems.gather([&] { words = load_given_config(std::nullopt, r.settings); });
  problems.raise();
  std::error_code none;
  if (init && fs::is_directory(*init, none)) {
    const FinishedRun run(*init);
    init = run.checkpoint(best_or_last);
    settings.config.network = run.config().network;
    for (const char* key : {"input", "width", "embedding", "blocks", "branches", "padding", "shortcut"})
      settings.given.insert(fmt::format("network.{}", key));
  }
  if (init && !path_exists(*init))
    throw IoError(fmt::format("{}: there is no such file, or folder of a run (--init)", init->string()));
  // Of steps and epochs, what is said last counts.
  const std::set<std::string>& said = words.given;
  if (said.contains("epochs") && !said.contains("steps")) settings.given.erase("steps");
  if (said.contains("steps") && !said.contains("epochs")) settings.config.epochs = 0;
  return load_given_config(std::nullopt, r.settings, std::move(settings));
}

}  // namespace

TrainOptions prepare(const RunRequest& r) {
  demand_words_that_fit(r);
  TrainOptions options;
  const bool goes_on = (r.resume || r.extend) && path_exists(r.run / "config.toml");
  options.data = data_of(r, goes_on);
  options.named_by_itself = r.run.empty();
  options.run = r.run.empty() ? next_run_folder(options.data) : r.run;
  options.resume = r.resume || r.extend;
  options.extended = r.extend.has_value();
  options.init = r.init;
  if (goes_on) {
    options.config = settings_of_run(r);
  } else {
    auto [config, given] = settings_of_new_run(r, options.init);
    options.config = std::move(config);
    options.given = std::move(given);
  }
  for (std::string* path : {&options.config.evaluate.pairs, &options.config.evaluate.pairs_photos})
    if (!path->empty()) *path = fs::absolute(*path).lexically_normal().string();
  return options;
}

fs::path next_run_folder(const fs::path& data) {
  const fs::path here = canonical_path("."), photos = canonical_path(data),
                 way = here.lexically_relative(photos);
  const bool inside = fs::is_directory(photos) && !way.empty() && *way.begin() != "..";
  if (!inside) return next_run_folder(data, "runs");
  return next_run_folder(data, (photos.lexically_relative(here) / ".." / "runs").lexically_normal());
}

fs::path next_run_folder(const fs::path& data, const fs::path& parent) {
  fs::path name = canonical_path(data);
  if (fs::is_regular_file(name)) name = name.parent_path();  // DATA/dataset.toml
  std::string stem = name.filename().string();
  if (stem.empty() || stem == "." || stem == "..") stem = "run";
  for (int n = 1;; ++n) {
    const fs::path folder = parent / fmt::format("{}-{}", stem, n);
    if (!path_exists(folder)) return folder;
  }
}

}  // namespace dg
