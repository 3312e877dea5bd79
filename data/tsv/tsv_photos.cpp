#include "data/tsv/tsv_photos.h"

#include <fmt/format.h>

#include <span>

#include "data/tsv/base64.h"
#include "data/tsv/tsv_index.h"
#include "interop/checksum.h"
#include "tensor/error.h"

namespace dg {

TsvPhotos::TsvPhotos(std::vector<TsvPhotoFile> files, std::vector<TsvRow> rows) : rows_(std::move(rows)) {
  for (TsvPhotoFile& f : files) {
    files_.push_back({std::make_unique<RandomAccessFile>(f.path), std::move(f.start), f.photo_column});
  }
}

std::string TsvPhotos::name(PhotoId photo) const {
  return fmt::format("{}:{}", files_[rows_[photo].file].file->path().string(), line(photo));
}

std::vector<std::uint8_t> TsvPhotos::bytes(PhotoId photo, std::int64_t max_bytes) const {
  const TsvRow row = rows_[photo];
  const Open& from = files_[row.file];
  const std::uint64_t start = from.start[row.line], size = from.start[row.line + 1] - start;
  const auto fail = [&](const std::string& why) { throw IoError(fmt::format("{}: {}", name(photo), why)); };
  std::string text(size, '\0');
  if (from.file->read(start, text) != size) fail("the file has become shorter since it was indexed");
  // The one line ending is at the end; only the last line may do without.
  const bool last = row.line + 2 == from.start.size();
  if (text.find('\n') != (last && !text.ends_with('\n') ? std::string::npos : size - 1)) {
    fail("the file has changed since it was indexed");
  }
  std::string_view columns = text;
  if (columns.ends_with('\n')) columns.remove_suffix(1);
  if (columns.ends_with('\r')) columns.remove_suffix(1);
  std::vector<std::uint8_t> jpeg;
  try {
    jpeg = decode_base64(tsv_column(columns, from.photo_column));
  } catch (const Error& e) {
    fail(e.what());
  }
  if (static_cast<std::int64_t>(jpeg.size()) > max_bytes) {
    fail(fmt::format("{} bytes is more than the limit of {}", jpeg.size(), max_bytes));
  }
  return jpeg;
}

std::uint64_t TsvPhotos::fingerprint(PhotoId photo) const {
  const TsvRow row = rows_[photo];
  const Open& from = files_[row.file];
  const std::string text = fmt::format("{}:{}\n{}", from.file->path().filename().string(), line(photo),
                                       from.start[row.line + 1] - from.start[row.line]);
  return checksum(std::as_bytes(std::span(text)));
}

}  // namespace dg
