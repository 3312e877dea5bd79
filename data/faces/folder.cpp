// Generated faces on disk: photos in class folders, families.csv and faces.toml.
#include <fmt/format.h>

#include <mutex>
#include <string_view>
#include <system_error>

#include "data/faces/generated_faces.h"
#include "data/families.h"
#include "data/jpeg.h"
#include "interop/atomic_file.h"
#include "interop/folder_names.h"
#include "interop/whole_file.h"
#include "tensor/check.h"
#include "tensor/parallel.h"
#include "tensor/process_limits.h"

namespace dg::faces {
namespace {

namespace fs = std::filesystem;
constexpr const char* where = "generated_faces";  // in errors
constexpr int jpeg_quality = 95;                  // of libjpeg's 1..100
constexpr int set_format = 2;  // to be raised whenever equal options give other photos than before
constexpr std::int64_t largest_options_file = 1 << 30;  // bytes

[[noreturn]] void fail(const fs::path& path, std::string_view why) {
  throw IoError(fmt::format("[{}] {}: {}", where, path.string(), why));
}

// One key per line, always in this order, so that equal sets have equal texts.
std::string options_text(const Options& o, bool complete) {
  return fmt::format(
      "# Photos made by `doppel faces` with these options.\n"
      "complete = {}\nformat = {}\nidentities = {}\nphotos = {}\nsize = {}\nfamily = {}\nspread = {}\n"
      "nuisance = {}\nseed = {}\n",
      complete, set_format, o.identities, o.photos, o.size, o.family, o.spread, o.nuisance, o.seed);
}

// Which lines of `asked` are other ones in `found`, for people.
std::string differences(std::string_view found, std::string_view asked) {
  std::string text;
  std::string_view there, here;
  while (next_line(asked, here)) {
    if (!next_line(found, there)) there = "nothing";
    if (there == here || here.starts_with("complete")) continue;
    text += fmt::format("{}{} there, {} asked", text.empty() ? "" : "; ", there, here);
  }
  return text;
}

bool all_files_exist(const fs::path& dir, const GeneratedFaces& faces) {
  std::error_code error;
  if (!fs::exists(dir / "families.csv", error)) return false;
  for (int i = 0; i < faces.options().identities; ++i) {
    const fs::path folder = dir / faces.folder_name(i);
    for (int p = 0; p < faces.options().photos; ++p) {
      if (!fs::exists(folder / faces.photo_name(p), error)) return false;
    }
  }
  return true;
}

// Whether `dir` holds the whole of this set; if not, it may be written. Error if it holds anything else.
bool is_complete(const fs::path& dir, const GeneratedFaces& faces) {
  std::error_code error;
  if (!fs::exists(dir, error)) return false;
  if (!fs::is_directory(dir, error)) fail(dir, "not a folder");
  const std::vector<std::string> names = folder_names(dir);
  const fs::path file = dir / "faces.toml";
  // Nothing, or what a program leaves that was killed before it had written anything else.
  if (names.empty() || names == std::vector<std::string>{"faces.toml.tmp"}) return false;
  require(fs::exists(file, error), where,
          "{} is not empty and holds no generated faces (no faces.toml): choose a new folder", dir.string());
  const std::vector<std::uint8_t> bytes = read_file_bytes(file, largest_options_file);
  const std::string_view found = as_text(bytes);
  const std::string different = differences(found, options_text(faces.options(), true));
  require(different.empty(), where,
          "{} holds generated faces with other options ({}): choose a new folder or remove this one",
          dir.string(), different);
  return found == options_text(faces.options(), true) && all_files_exist(dir, faces);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, error.message());
}

void write_photos(const fs::path& dir, const GeneratedFaces& faces, int threads, const Progress& progress) {
  FirstFailure failure;
  std::mutex mutex;
  std::int64_t written = 0;
#pragma omp parallel num_threads(threads)
  {
    Renderer renderer;
#pragma omp for schedule(dynamic)
    for (int i = 0; i < faces.options().identities; ++i) {
      if (failure.failed()) continue;
      failure.run([&] {
        const fs::path folder = dir / faces.folder_name(i);
        make_folder(folder);
        for (int p = 0; p < faces.options().photos && !failure.failed(); ++p) {
          write_jpeg(folder / faces.photo_name(p), faces.photo(i, p, renderer), jpeg_quality);
        }
        const std::lock_guard lock(mutex);
        written += faces.options().photos;
        if (progress && !failure.failed()) progress(written);
      });
    }
  }
  failure.rethrow();
}

}  // namespace

bool write_folder(const fs::path& dir, const GeneratedFaces& faces, int threads, const Progress& progress) {
  require(threads >= 0, where, "threads must be 0 (all) or more, got {}", threads);
  if (is_complete(dir, faces)) return false;
  make_folder(dir);
  write_file_atomically(dir / "faces.toml", options_text(faces.options(), false));
  std::vector<std::string> identities;
  for (int i = 0; i < faces.options().identities; ++i) identities.push_back(faces.folder_name(i));
  write_families(dir / "families.csv", identities, faces.families());
  write_photos(dir, faces, threads > 0 ? threads : usable_cores(), progress);
  write_file_atomically(dir / "faces.toml", options_text(faces.options(), true));
  return true;
}

}  // namespace dg::faces
