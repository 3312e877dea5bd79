#include "data/folder_survey.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <span>
#include <string_view>
#include <system_error>

#include "data/photo_file.h"
#include "interop/folder_names.h"
#include "interop/paths.h"
#include "interop/random_access_file.h"
#include "interop/system_error.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// What follows the last dot, in lower case.
std::string ending_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? "" : lower_case(name.substr(dot + 1));
}

bool names_a_photo(const std::string& ending) {
  return ending == "jpg" || ending == "jpeg" || ending == "png" || ending == "webp";
}

// A type in which people keep photos, but which is not read. Such files are counted, so that nobody misses
// them without notice.
bool names_another_image(const std::string& ending) {
  constexpr std::array<std::string_view, 15> types = {"bmp",  "gif",  "tif",  "tiff", "heic",
                                                      "heif", "avif", "jfif", "jpe",  "jp2",
                                                      "jxl",  "ppm",  "pgm",  "tga",  "svg"};
  return std::find(types.begin(), types.end(), ending) != types.end();
}

// What people never made themselves. Hidden entries belong to programs too: .DS_Store, ._photo.jpg,
// .thumbnails.
bool is_of_a_system(std::string_view name) {
  constexpr std::array<std::string_view, 13> names = {
      "__macosx",   "@eadir",   "@tmp",     "lost+found", "$recycle.bin", "system volume information",
      "recycler",   "#recycle", "@recycle", "#snapshot",  "thumbs.db",    "ehthumbs.db",
      "desktop.ini"};
  return name.starts_with('.') || std::find(names.begin(), names.end(), lower_case(name)) != names.end();
}

// The key of a count: endings as people know them, all others together.
std::string kind_of_file(const std::string& ending) {
  const bool usual = !ending.empty() && ending.size() <= 5 && std::ranges::all_of(ending, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  return usual ? ending : "other";
}

// Whether all of `outer` leads to `inner`. Both are canonical.
bool is_inside(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

class Survey {
 public:
  Survey(const fs::path& data, bool nested) : data_(data), root_(canonical_path(data)), nested_(nested) {}

  FolderSurvey take(const SurveyProgress& progress) {
    found_.first_photo.push_back(0);
    for (const FolderEntry& entry : folder_entries(data_)) {
      if (is_of_a_system(entry.name)) {
        leave_out(entry.name, LeftOutReason::system);
        continue;
      }
      const fs::file_type type = type_of(entry.name, entry.kind);
      if (type == fs::file_type::directory) {
        take_identity(entry);
        if (progress) progress(found_.identities.size(), found_.photos.size());
      } else if (type == fs::file_type::regular && is_photo(entry.name)) {
        leave_out(entry.name, LeftOutReason::beside);
      }
    }
    return std::move(found_);
  }

 private:
  void leave_out(const std::string& path, LeftOutReason reason) { found_.left_out.push_back({path, reason}); }

  void take_identity(const FolderEntry& entry) {
    if (entry.name.find('\n') != std::string::npos) return leave_out(entry.name, LeftOutReason::line_break);
    if (entry.kind == EntryKind::link && leads_around(entry.name)) return;
    identity_ = entry.name;
    const std::size_t photos = found_.photos.size(), nested = found_.nested.size();
    if (!take_folder(entry.name, 0)) return;
    if (std::none_of(
            found_.photos.begin() + static_cast<std::ptrdiff_t>(photos), found_.photos.end(),
            [this](const std::string& photo) { return begins_as_a_photo(identity_ + "/" + photo); })) {
      found_.photos.resize(photos);
      found_.nested.resize(nested);
      return leave_out(entry.name, LeftOutReason::broken);
    }
    found_.identities.push_back(entry.name);
    found_.first_photo.push_back(std::ssize(found_.photos));
  }

  // The photos in a folder and below it; whether there are any. A folder without is left out as one, whatever
  // there is in it.
  bool take_folder(const std::string& path, int level) {
    const std::size_t photos = found_.photos.size(), left_out = found_.left_out.size();
    std::vector<FolderEntry> entries;
    try {
      entries = folder_entries(data_ / path);
      // One may list a folder without being allowed to open what it lists.
      if (::access((data_ / path).c_str(), X_OK) != 0) throw_system_error((data_ / path).string(), errno);
    } catch (const NotPermitted&) {
      leave_out(path, LeftOutReason::unreadable);
      return false;
    }
    bool holds_photos = false;
    for (const FolderEntry& entry : entries) holds_photos |= take_entry(path, entry, level);
    if (holds_photos && level > 0) found_.nested.push_back(path);
    if (found_.photos.size() > photos) return true;
    const auto inside = found_.left_out.begin() + static_cast<std::ptrdiff_t>(left_out);
    found_.left_out.erase(
        std::remove_if(inside, found_.left_out.end(),
                       [](const LeftOut& l) { return l.reason == LeftOutReason::no_photos; }),
        found_.left_out.end());
    leave_out(path, LeftOutReason::no_photos);
    return false;
  }

  // Whether it is a photo.
  bool take_entry(const std::string& folder, const FolderEntry& entry, int level) {
    const std::string path = folder + "/" + entry.name, ending = ending_of(entry.name);
    if (is_of_a_system(entry.name)) {
      leave_out(path, LeftOutReason::system);
      return false;
    }
    // What is called a photo is one, broken or not. Most data sets are made of these, and their files are not
    // even asked for their types.
    if (names_a_photo(ending) && (entry.kind == EntryKind::file || entry.kind == EntryKind::link))
      return add_photo(path);
    const fs::file_type type = type_of(path, entry.kind);
    if (type == fs::file_type::directory) {
      take_nested(path, entry.kind, level + 1);
    } else if (type == fs::file_type::regular) {
      if (is_photo(path)) return add_photo(path);
      if (names_another_image(ending)) {
        ++found_.other_types[ending == "tif" ? "tiff" : ending];
      } else {
        ++found_.other_files[kind_of_file(ending)];
      }
    } else if (type != fs::file_type::none) {
      ++found_.other_files["other"];  // a pipe, a socket
    }
    return false;
  }

  bool add_photo(const std::string& path) {
    found_.photos.push_back(path.substr(identity_.size() + 1));
    return true;
  }

  void take_nested(const std::string& path, EntryKind kind, int level) {
    if (!nested_) return leave_out(path, LeftOutReason::nested);
    if (level > most_nested_levels) return leave_out(path, LeftOutReason::too_deep);
    if (kind == EntryKind::link && is_followed_already(path)) return;
    take_folder(path, level);
  }

  // Follows links. A folder or file that cannot be looked at is left out by its reason, and its type is none
  // then, unless it is the machine that fails.
  fs::file_type type_of(const std::string& path, EntryKind kind) {
    if (kind == EntryKind::file) return fs::file_type::regular;
    if (kind == EntryKind::folder) return fs::file_type::directory;
    std::error_code error;
    const fs::file_type type = fs::status(data_ / path, error).type();
    // A link that leads back to itself leads nowhere either.
    if (type == fs::file_type::not_found || error == std::errc::too_many_symbolic_link_levels) {
      leave_out(path, LeftOutReason::dangling_link);
      return fs::file_type::none;
    }
    if (!error) return type;
    try {
      throw_system_error("[class_folder] " + (data_ / path).string(), error.value());
    } catch (const NotPermitted&) {
      leave_out(path, LeftOutReason::unreadable);
      return fs::file_type::none;
    }
  }

  // Whatever the file is called: browsers save photos as .jfif, phones without any ending.
  bool is_photo(const std::string& path) {
    if (names_a_photo(ending_of(path))) return true;
    try {
      return has_the_bytes_of_a_photo(path);
    } catch (const NotPermitted&) {
      leave_out(path, LeftOutReason::unreadable);
      return false;
    }
  }

  // False for what is only called a photo: an empty file, a web page, a link that leads nowhere.
  bool begins_as_a_photo(const std::string& path) {
    try {
      return has_the_bytes_of_a_photo(path);
    } catch (const Unavailable&) {  // the machine fails, and the photo may be good
      throw;
    } catch (const IoError&) {
      return false;
    }
  }

  bool has_the_bytes_of_a_photo(const std::string& path) const {
    std::array<char, photo_type_bytes> start{};
    const RandomAccessFile file(data_ / path, "[class_folder] " + (data_ / path).string());
    const std::size_t size = file.read(0, start);
    return photo_type(std::span(reinterpret_cast<const std::uint8_t*>(start.data()), size)).has_value();
  }

  // Whether a link among the identity folders leads to DATA itself or to a folder around it.
  bool leads_around(const std::string& link) {
    if (!is_inside(root_, canonical_path(data_ / link))) return false;
    leave_out(link, LeftOutReason::linked_again);
    return true;
  }

  bool is_followed_already(const std::string& link) {
    const fs::path target = canonical_path(data_ / link),
                   around = canonical_path((data_ / link).parent_path());
    const bool again = is_inside(target, root_) || is_inside(root_, target) || is_inside(around, target) ||
                       !followed_.insert(target).second;
    if (again) leave_out(link, LeftOutReason::linked_again);
    return again;
  }

  const fs::path& data_;
  const fs::path root_;  // the same without links
  const bool nested_;
  FolderSurvey found_;
  std::string identity_;         // whose folder is looked through
  std::set<fs::path> followed_;  // folders that links below identity folders have led to
};

}  // namespace

ClassId FolderSurvey::identity_of(PhotoId p) const {
  return static_cast<ClassId>(std::ranges::upper_bound(first_photo, p) - first_photo.begin() - 1);
}

FolderSurvey survey_folder(const fs::path& data, bool nested, const SurveyProgress& progress) try {
  return Survey(data, nested).take(progress);
} catch (const Unavailable& e) {
  throw;
} catch (const IoError& e) {
  throw IoError(fmt::format("[class_folder] {}", e.what()));
}

}  // namespace dg
