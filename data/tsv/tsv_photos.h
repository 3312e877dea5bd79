// Photos in rows of TSV files, read one at a time when they are asked for.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "data/photo_source.h"
#include "interop/random_access_file.h"

namespace dg {

/// The lines of one file (as in TsvIndex) and the column of the photo.
struct TsvPhotoFile {
  std::filesystem::path path;
  std::vector<std::uint64_t> start;
  int photo_column = 1;
};

/// A row of one of several files: 8 bytes.
struct TsvRow {
  std::uint32_t file = 0;
  std::uint32_t line = 0;  // from 0
};

class TsvPhotos : public PhotoSource {
 public:
  /// Photo p is row `rows[p]`. IoError if a file cannot be opened.
  TsvPhotos(std::vector<TsvPhotoFile> files, std::vector<TsvRow> rows);

  /// "FILE:line", the line counted from 1.
  std::string name(PhotoId photo) const override;
  /// IoError, too, if the photo is no base64, or the row is not as it was indexed.
  std::vector<std::uint8_t> bytes(PhotoId photo, std::int64_t max_bytes) const override;

  std::uint64_t fingerprint(PhotoId photo) const override;

  /// Its line in its file, from 1.
  std::int64_t line(PhotoId photo) const { return std::int64_t{rows_[photo].line} + 1; }

 private:
  struct Open {
    std::unique_ptr<RandomAccessFile> file;
    std::vector<std::uint64_t> start;
    int photo_column = 1;
  };

  std::vector<Open> files_;
  const std::vector<TsvRow> rows_;
};

}  // namespace dg
