#include "data/folder_layout.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "data/photo_file.h"
#include "interop/folder_names.h"
#include "interop/paths.h"
#include "interop/random_access_file.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr const char* layout = "one folder per person with the photos in it (DATA/<person>/<photo>.jpg)";

struct Archive {
  std::size_t offset;
  std::string_view bytes;
};

bool is_archive(std::string_view start) {
  using namespace std::string_view_literals;
  constexpr std::array archives = {
      Archive{0, "PK\3\4"sv},           Archive{0, "\x1F\x8B"sv},       Archive{0, "BZh"sv},
      Archive{0, "\xFD\x37zXZ"sv},      Archive{0, "7z\xBC\xAF\x27"sv}, Archive{0, "Rar!"sv},
      Archive{0, "\x28\xB5\x2F\xFD"sv}, Archive{257, "ustar"sv}};
  return std::ranges::any_of(archives, [&](const Archive& a) {
    return start.size() > a.offset && start.substr(a.offset).starts_with(a.bytes);
  });
}

std::string what_the_file_is(const fs::path& file) {
  std::array<char, 512> bytes{};
  const std::size_t size = RandomAccessFile(file).read(0, bytes);
  if (is_archive({bytes.data(), size}))
    return "not a folder but an archive: unpack it, and name the folder that comes out of it";
  const bool photo =
      photo_type(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), size)).has_value();
  return fmt::format("not a folder{}: DATA is {}", photo ? " but a photo" : "", layout);
}

bool is_a_part(std::string name) {
  constexpr std::array<std::string_view, 21> parts = {
      "train", "training",    "val",    "valid", "validation", "test",    "testing",
      "dev",   "development", "eval",   "base",  "novel",      "gallery", "probe",
      "query", "images",      "photos", "faces", "people",     "data",    "all"};
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::find(parts, name) != parts.end();
}

// The folder that all photos of an identity lie below, each in a folder of its own there, inside DATA.
struct Common {
  std::string folder;
  std::size_t folders = 0;  // in it, with photos
  bool photos_in_it = false;
};

Common common_folder(const FolderSurvey& survey, ClassId identity) {
  Common common{.folder = survey.identities[identity]};
  std::size_t shared = 0;  // characters that all paths begin with, up to a "/"
  for (;;) {
    std::set<std::string_view> next;
    common.photos_in_it = false;
    for (PhotoId p = survey.first_photo[identity]; p < survey.first_photo[identity + 1]; ++p) {
      const std::string_view rest = std::string_view(survey.photos[p]).substr(shared);
      const std::size_t slash = rest.find('/');
      if (slash == std::string_view::npos) {
        common.photos_in_it = true;
      } else {
        next.insert(rest.substr(0, slash));
      }
    }
    common.folders = next.size();
    if (common.photos_in_it || next.size() != 1) return common;
    common.folder += fmt::format("/{}", *next.begin());
    shared += next.begin()->size() + 1;
  }
}

// The folders that were meant, where DATA is one level too high.
std::vector<std::string> meant_below(const FolderSurvey& survey) {
  const auto in_the_folder = [](const std::string& photo) { return photo.find('/') == std::string::npos; };
  if (survey.identities.empty() || std::ranges::any_of(survey.photos, in_the_folder)) return {};
  const bool one = survey.identities.size() == 1;
  if (!one && !std::ranges::all_of(survey.identities, is_a_part)) return {};
  std::vector<std::string> meant;
  for (ClassId c = 0; c < std::ssize(survey.identities); ++c) {
    const Common common = common_folder(survey, c);
    const bool holds_people = common.folders > 1;
    if (one && !holds_people) return {};  // one person with one folder of photos
    meant.push_back(holds_people ? common.folder : survey.identities[c]);
  }
  // People train on this one, if there is one.
  std::stable_partition(meant.begin(), meant.end(),
                        [](const std::string& folder) { return folder.starts_with("train"); });
  return meant;
}

std::string did_you_mean(const fs::path& data, const std::vector<std::string>& folders) {
  std::string text = fmt::format("did you mean {}", (data / folders[0]).string());
  for (std::size_t i = 1; i < folders.size(); ++i)
    text += fmt::format("{}{}", i == 1 ? " (or " : ", ", (data / folders[i]).string());
  return text + (folders.size() > 1 ? ")?" : "?");
}

// Whether one of its files is called a photo.
bool holds_a_photo(const fs::path& folder) {
  for (const FolderEntry& entry : folder_entries(folder)) {
    const std::string ending = fs::path(entry.name).extension().string();
    if (entry.kind == EntryKind::file &&
        (ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".webp"))
      return true;
  }
  return false;
}

// The folder around `data`, if others like it are there: `data` is then one person of several.
std::optional<fs::path> folder_of_people(const fs::path& data) try {
  const fs::path around = canonical_path(data).parent_path();
  int people = 0;
  for (const FolderEntry& entry : folder_entries(around)) {
    if (entry.kind != EntryKind::folder || entry.name.starts_with('.')) continue;
    if (holds_a_photo(around / entry.name) && ++people == 2) return around;
  }
  return std::nullopt;
} catch (const IoError&) {  // it was only to help
  return std::nullopt;
}

std::int64_t count(const FolderSurvey& survey, LeftOutReason reason) {
  return std::ranges::count(survey.left_out, reason, &LeftOut::reason);
}

std::string why_nobody(const FolderSurvey& survey, const fs::path& data) {
  const std::int64_t beside = count(survey, LeftOutReason::beside);
  if (beside > 0) {
    const std::string text =
        fmt::format("{} holds {} photos and no folder with photos", data.string(), beside);
    if (const auto around = folder_of_people(data))
      return fmt::format("{}; did you mean {}?", text, around->string());
    return fmt::format("{}, but DATA is {}", text, layout);
  }
  std::string found = left_out_text(survey.left_out);
  for (const auto& [type, n] : survey.other_types)
    found += fmt::format("{}{} {}", found.empty() ? "" : ", ", n, type);
  return fmt::format("{} must hold {}, found {}", data.string(), layout,
                     found.empty() ? "nothing" : "only " + found);
}

}  // namespace

void demand_folder(const fs::path& data) {
  std::error_code error;
  const fs::file_status status = fs::status(data, error);
  if (error) throw_system_error("[class_folder] " + data.string(), error.value());
  if (fs::is_directory(status)) return;
  throw IoError(fmt::format("[class_folder] {}: {}", data.string(),
                            fs::is_regular_file(status) ? what_the_file_is(data) : "not a folder"));
}

std::vector<std::string> layout_obstacles(const FolderSurvey& survey, const fs::path& data,
                                          const FolderOptions& options) {
  std::vector<std::string> all;
  const bool look_below =
      !options.nested && survey.identities.empty() && count(survey, LeftOutReason::nested) > 0;
  const FolderSurvey below = look_below ? survey_folder(data) : FolderSurvey();
  if (const auto meant = meant_below(look_below ? below : survey); !meant.empty()) {
    all.push_back(fmt::format("{} is one level too high: its folders hold folders of photos; {}",
                              data.string(), did_you_mean(data, meant)));
  } else if (!below.identities.empty()) {
    all.push_back(
        fmt::format("{} holds photos only in folders inside the folders of people, which data.nested = "
                    "false leaves out; data.nested = true reads them",
                    data.string()));
  } else if (survey.identities.empty()) {
    all.push_back(why_nobody(survey, data));
  }
  if (options.strict && !survey.left_out.empty()) {
    all.push_back(
        fmt::format("data.strict = true refuses what would be left out: {}; data.strict = false goes on "
                    "without it",
                    left_out_text(survey.left_out)));
  }
  return all;
}

}  // namespace dg
