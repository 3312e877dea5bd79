#include "data/class_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <system_error>

#include "interop/checksum.h"
#include "interop/folder_names.h"
#include "interop/random_access_file.h"
#include "interop/system_error.h"
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
  std::uint64_t fingerprint(PhotoId photo) const override {
    const fs::path path(paths_[photo]);
    std::error_code missing;  // the size is then the largest number
    const std::string text = fmt::format("{}\n{}", path.filename().string(), fs::file_size(path, missing));
    return checksum(std::as_bytes(std::span(text)));
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

// Follows links. A folder that cannot be looked at is an error: left out, its people would be gone without a
// word. What does not exist any more is of type not_found.
fs::file_type type_of(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  // A link that leads back to itself leads nowhere either.
  if (error == std::errc::too_many_symbolic_link_levels) return fs::file_type::not_found;
  if (error && type != fs::file_type::not_found)
    throw_system_error("[class_folder] " + path.string(), error.value());
  return type;
}

// A link whose target is not there: a disk that is not mounted.
bool is_dangling(const fs::path& path) {
  std::error_code error;
  return fs::is_symlink(path, error) && type_of(path) == fs::file_type::not_found;
}

// Whatever the file is called: browsers save photos as .jfif, phones without any ending.
bool begins_as_jpeg(const fs::path& path) {
  if (type_of(path) != fs::file_type::regular) return false;
  std::array<char, 3> start{};
  try {
    const RandomAccessFile file(path, "[class_folder] " + path.string());
    return file.read(0, start) == start.size() && start == std::array{'\xFF', '\xD8', '\xFF'};
  } catch (const Unavailable&) {
    throw;
  } catch (const IoError&) {  // a file that is not called a photo and may not be read
    return false;
  }
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
  if (error) throw_system_error("[class_folder] " + data.string(), error.value());
  if (!fs::is_directory(status)) throw IoError(fmt::format("[class_folder] {}: not a folder", data.string()));
  PhotoSet set;
  set.first_photo.push_back(0);
  std::vector<std::string> paths;
  int loose_photos = 0;
  for (std::string& name : sorted_names(data)) {
    const fs::path path = data / name;
    if (is_dangling(path)) {
      ++set.dangling_links;
    } else if (type_of(path) == fs::file_type::directory) {
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
