#include "data/class_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "interop/folder_names.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class Files : public PhotoSource {
 public:
  explicit Files(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  std::string name(PhotoId photo) const override { return paths_[photo]; }
  std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const override {
    return read_file_bytes(paths_[photo], max_bytes);
  }

 private:
  const std::vector<std::string> paths_;
};

// Names of the entries that are not hidden, in byte order, whatever the locale (std::string compares bytes).
std::vector<std::string> sorted_names(const fs::path& folder) {
  try {
    std::vector<std::string> names = folder_names(folder);
    std::erase_if(names, [](const std::string& name) { return name.front() == '.'; });
    return names;
  } catch (const IoError& e) {
    throw IoError(fmt::format("[class_folder] {}", e.what()));
  }
}

// What follows the last dot, in lower case.
std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  std::string extension(dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

bool is_jpeg(const std::string& extension) { return extension == "jpg" || extension == "jpeg"; }

// A type in which people keep photos, but which is not read. Such files are counted, so that nobody misses
// them without notice.
bool is_other_image(const std::string& extension) {
  constexpr std::array<std::string_view, 17> types = {"png",  "webp", "bmp",  "gif",  "tif", "tiff",
                                                      "heic", "heif", "avif", "jfif", "jpe", "jp2",
                                                      "jxl",  "ppm",  "pgm",  "tga",  "svg"};
  return std::find(types.begin(), types.end(), extension) != types.end();
}

std::string list_of(const std::map<std::string, std::int64_t>& types) {
  std::string text;
  for (const auto& [type, count] : types)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, type);
  return text;
}

bool is_known(const std::string& extension) {
  return is_other_image(extension) && extension != "jfif" && extension != "jpe";
}

// A link whose target is not there: a disk that is not mounted.
bool is_dangling(const fs::path& path) {
  std::error_code error;
  return fs::is_symlink(path, error) && !fs::exists(path, error);
}

// Whatever the file is called: browsers save photos as .jfif, phones without any ending.
bool begins_as_jpeg(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  std::ifstream in(path, std::ios::binary);
  std::array<char, 3> start{};
  return in.read(start.data(), start.size()) && start == std::array{'\xFF', '\xD8', '\xFF'};
}

void add_identity(PhotoSet& set, std::vector<std::string>& paths, const fs::path& folder, std::string name) {
  require(name.find('\n') == std::string::npos, "class_folder",
          "the name of an identity folder must have no line break, got {}", folder.string());
  const auto class_id = static_cast<ClassId>(set.classes.size());
  const std::size_t before = set.photos.size();
  std::map<std::string, std::int64_t> others;
  for (const std::string& file : sorted_names(folder)) {
    const std::string extension = extension_of(file);
    if (!is_jpeg(extension) && is_dangling(folder / file)) {
      ++set.dangling_links;  // one that is called a photo is a broken photo
    } else if (is_jpeg(extension) || (!is_known(extension) && begins_as_jpeg(folder / file))) {
      set.photos.push_back({class_id});
      paths.push_back((folder / file).string());
    } else if (is_other_image(extension))
      ++others[extension == "tif" ? "tiff" : extension];
  }
  require(set.photos.size() > before, "class_folder",
          "identity folder {} must hold at least one .jpg photo, found {}", folder.string(),
          others.empty() ? "none" : "only " + list_of(others));
  for (const auto& [type, count] : others) set.other_types[type] += count;
  set.classes.push_back(std::move(name));
  set.first_photo.push_back(std::ssize(set.photos));
}

}  // namespace

PhotoSet scan_class_folder(const fs::path& data) {
  std::error_code error;
  const auto status = fs::status(data, error);
  if (error) throw IoError(fmt::format("[class_folder] {}: {}", data.string(), error.message()));
  if (!fs::is_directory(status)) throw IoError(fmt::format("[class_folder] {}: not a folder", data.string()));
  PhotoSet set;
  set.first_photo.push_back(0);
  std::vector<std::string> paths;
  int loose_photos = 0;
  for (std::string& name : sorted_names(data)) {
    const fs::path path = data / name;
    if (is_dangling(path)) {
      ++set.dangling_links;
    } else if (fs::is_directory(path, error)) {
      add_identity(set, paths, path, std::move(name));
    } else if (is_jpeg(extension_of(name))) {
      ++loose_photos;
    }
  }
  require(!set.classes.empty(), "class_folder",
          "{} must hold one folder per identity with its photos inside (DATA/<identity>/<photo>.jpg), found "
          "no folder{}{}",
          data.string(), loose_photos > 0 ? fmt::format(" and {} loose photos", loose_photos) : "",
          set.dangling_links > 0
              ? fmt::format(" and {} links whose targets are not there", set.dangling_links)
              : "");
  set.source = std::make_shared<Files>(std::move(paths));
  return set;
}

}  // namespace dg
