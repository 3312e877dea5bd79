#include "apps/version.h"

#include <CLI/Version.hpp>
#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>
#include <toml++/toml.h>
#include <webp/decode.h>

#include <nlohmann/json.hpp>

#include "apps/recipes.h"
#include "tensor/backend.h"
#include "tensor/cpu/onednn.h"
#include "tensor/process_limits.h"

namespace dg {
namespace {

#define DG_TEXT_OF(macro) #macro
#define DG_TEXT(macro) DG_TEXT_OF(macro)

// One byte a number, as libwebp packs it.
std::string webp_version() {
  const int v = WebPGetDecoderVersion();
  return fmt::format("{}.{}.{}", v >> 16, (v >> 8) & 255, v & 255);
}

struct Line {
  const char* name;
  std::string value;
};

// A new library is one line here.
std::vector<Line> library_lines() {
  return {
      {"oneDNN", cpu::onednn_version()},
      {"libjpeg-turbo", DG_TEXT(LIBJPEG_TURBO_VERSION)},
      {"libpng", png_get_libpng_ver(nullptr)},
      {"libwebp", webp_version()},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH)},
      {"toml++", fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
      {"CLI11", CLI11_VERSION},
  };
}

std::string folder_text(const std::optional<std::filesystem::path>& folder) {
  return folder ? folder->string() : "not found beside the program";
}

}  // namespace

std::string version_text() {
  std::vector<Line> lines{
      {"doppel", build_info.version},
      {"commit", built_commit},
      {"built", build_info.built},
      {"CUDA", build_info.cuda},
      {"device cpu", fmt::format("{} cores", machine_cores())},
      {"device cuda", why_no_cuda().empty() ? describe_cuda() : "none: " + why_no_cuda()}};
  for (const Line& library : library_lines()) lines.push_back(library);
  lines.push_back({"recipes", folder_text(recipe_folder())});
  lines.push_back({"documents", folder_text(document_folder())});
  std::string text;
  for (const Line& line : lines) text += fmt::format("{:<15}{}\n", line.name, line.value);
  text.pop_back();  // CLI11 ends the last line
  return text;
}

}  // namespace dg
