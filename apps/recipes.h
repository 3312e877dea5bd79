// The recipes and documents that come with the program, installed or in the checkout that it was built in.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dg {

/// The folder of the recipes; none where neither is there.
std::optional<std::filesystem::path> recipe_folder();
/// The folder of docs/configuration.md and the others.
std::optional<std::filesystem::path> document_folder();

/// What find_recipe() finds in that folder: "celeba5k", "demo", ..., then "small/l2s-9" and the like.
std::vector<std::string> recipe_names();

/// The file that `--recipe NAME` means. A name without .toml and without a slash ("demo") is that of a recipe
/// of the program's own, or else of a file; "./demo" is a file. A name with a slash is a file, or else,
/// without .toml, a recipe in a folder of the program's own ("small/l2s-9"). Error with the names there are
/// where a name without .toml is neither; what ends in .toml is returned as it is.
std::filesystem::path find_recipe(const std::string& name);

}  // namespace dg
