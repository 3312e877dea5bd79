#include "apps/recipes.h"

#include <fmt/format.h>

#include <vector>

#include "apps/version.h"
#include "interop/folder_names.h"
#include "interop/paths.h"
#include "tensor/check.h"
#include "training/config/suggestion.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// Of a folder as it is called in the checkout and where the program is installed. Both lie relative to the
// program, so that an installation may be moved.
std::optional<fs::path> folder_of(const char* installed, const char* in_checkout, const char* file) {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  if (unknown) return std::nullopt;
  for (const fs::path& folder :
       {program / build_info.share / installed, program / build_info.checkout / in_checkout}) {
    if (fs::exists(folder / file, unknown)) return folder.lexically_normal();
  }
  return std::nullopt;
}

// Folders of recipes in that folder.
constexpr const char* inner_folders[] = {"small", "paper"};

// "demo" or, with the prefix "small/", "small/l2s-9"; what experiments/run builds its tables from is no
// recipe.
std::vector<std::string> recipes_in(const fs::path& folder, const std::string& prefix = "") {
  std::vector<std::string> names;
  for (const std::string& file : folder_names(folder / prefix)) {
    const fs::path path = file;
    if (path.extension() == ".toml" && file != "tables.toml") names.push_back(prefix + path.stem().string());
  }
  return names;
}

}  // namespace

std::optional<fs::path> recipe_folder() { return folder_of("recipes", "experiments", "demo.toml"); }

std::optional<fs::path> document_folder() { return folder_of("docs", "docs", "configuration.md"); }

std::vector<std::string> recipe_names() {
  const std::optional<fs::path> folder = recipe_folder();
  if (!folder) return {};
  std::vector<std::string> names = recipes_in(*folder);
  for (const std::string inner : inner_folders) {
    if (!path_exists(*folder / inner)) continue;
    const std::vector<std::string> more = recipes_in(*folder, inner + "/");
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

fs::path find_recipe(const std::string& name) {
  const bool path =
      name.ends_with(".toml") || name.starts_with("/") || name.starts_with("./") || name.starts_with("../");
  if (path) return name;
  const std::optional<fs::path> folder = recipe_folder();
  const bool plain = name.find('/') == std::string::npos;
  require(folder.has_value() || !plain, "recipe",
          "{} must be a recipe that comes with doppel, and these are not where this program was built or "
          "installed; a file of your own is named by its path: --recipe ./{}.toml",
          name, name);
  const fs::path own = folder ? *folder / (name + ".toml") : fs::path();
  if (plain && folder && path_exists(own)) return own;
  if (path_exists(name)) return name;
  if (folder && path_exists(own)) return own;
  require(
      folder.has_value(), "recipe",
      "there is no file {}, and the recipes that come with doppel are not where this program was built or "
      "installed",
      name);
  const std::string near = nearest_name(name, recipe_names());
  std::string there = listed(recipes_in(*folder), "and");
  for (const std::string inner : inner_folders) {
    if (path_exists(*folder / inner))
      there += fmt::format("; {} in {}/", recipes_in(*folder, inner + "/").size(), inner);
  }
  throw Error(fmt::format("[recipe] {} must be a TOML file or one of the recipes in {}: {}{}", name,
                          folder->string(), there,
                          near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

}  // namespace dg
