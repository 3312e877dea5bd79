#include "data/png.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "data/exif.h"
#include "data/transparency.h"
#include "interop/whole_file.h"
#include "tensor/error.h"

namespace dg {
namespace {

constexpr std::string_view png_signature = "\x89PNG\r\n\x1A\n";

// A chunk is its length, its type, the data and a checksum of four bytes; all numbers are big-endian.
struct PngChunks {
  bool complete = false;               // to the end chunk
  std::size_t last = 0;                // where the last chunk begins
  std::span<const std::uint8_t> exif;  // data of the eXIf chunk
};

// Looks at lengths and types alone. libpng would keep the eXIf chunk too, but takes memory for the length
// that it claims before the data are seen; so libpng is told to skip all such chunks.
PngChunks png_chunks(std::span<const std::uint8_t> bytes) {
  PngChunks chunks;
  chunks.last = png_signature.size();
  while (bytes.size() - chunks.last >= 12) {
    const auto rest = bytes.subspan(chunks.last);
    const std::size_t length = png_get_uint_32(rest.data());
    if (length > rest.size() - 12) break;
    const std::string_view type = as_text(rest.subspan(4, 4));
    if (type == "eXIf") chunks.exif = rest.subspan(8, length);
    if (type == "IEND") {
      chunks.complete = true;
      break;
    }
    chunks.last += 12 + length;
  }
  return chunks;
}

// libpng reports an error by a callback that must not return. `attempt` is the only place that jumps.
struct PngReader {
  std::span<const std::uint8_t> rest;  // not read yet
  std::jmp_buf jump;
  char text[200] = "";
  bool no_memory = false;
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit PngReader(std::span<const std::uint8_t> bytes) : rest(bytes) {}
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  // Runs calls into libpng; false if one failed, with the reason in `text`. `calls` may be left by a jump, so
  // it must not own anything: no C++ object with a destructor is made inside.
  template <class Calls>
  bool attempt(const Calls& calls) {
    if (setjmp(jump) != 0) return false;
    calls();
    return true;
  }

  void create() {
    png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, this, on_error, on_warning, this, allocate, release);
    if (png != nullptr) info = png_create_info_struct(png);
    if (info != nullptr) return;
    if (text[0] == 0) std::snprintf(text, sizeof text, "libpng cannot start");
    std::longjmp(jump, 1);
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp why) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->text, sizeof reader->text, "%s", why);
    std::longjmp(reader->jump, 1);
  }

  // What libpng only warns of costs no pixel: data too many, or a chunk at a place where it means nothing.
  static void on_warning(png_structp, png_const_charp) {}

  static png_voidp allocate(png_structp png, png_alloc_size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) static_cast<PngReader*>(png_get_mem_ptr(png))->no_memory = true;
    return memory;
  }

  static void release(png_structp, png_voidp memory) { std::free(memory); }

  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > reader->rest.size()) png_error(png, "the file ends early");
    std::memcpy(out, reader->rest.data(), size);
    reader->rest = reader->rest.subspan(size);
  }
};

void read_png_header(PngReader& reader) {
  reader.create();
  png_structp png = reader.png;
  png_set_read_fn(png, &reader, PngReader::on_read);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours are asked before a row is decoded
  // Chunks without which the picture can be shown are skipped, not unpacked: texts and profiles, which may
  // unpack to a thousand times their length.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, reader.info);
}

// Rows come as RGB or RGBA of 8 bits, whatever the file holds.
void prepare_png_rows(PngReader& reader) {
  png_set_expand(reader.png);  // palette, fewer than 8 bits, a colour that stands for transparent
  png_set_scale_16(reader.png);
  png_set_gray_to_rgb(reader.png);
  png_read_update_info(reader.png, reader.info);
}

}  // namespace

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeLimits& limits) {
  PngReader reader(bytes);
  const auto fail = [&](std::string_view why) {
    if (reader.no_memory) throw OutOfMemory(fmt::format("[decode_png] {}: out of memory", name));
    throw IoError(fmt::format("[decode_png] {}: {}", name, why));
  };
  if (bytes.empty()) fail("the file is empty");
  if (!as_text(bytes).starts_with(png_signature)) fail("not a PNG file");
  const PngChunks chunks = png_chunks(bytes);
  if (!chunks.complete) fail(fmt::format("the file ends early, in the chunk at byte {}", chunks.last));
  if (!reader.attempt([&] { read_png_header(reader); })) fail(reader.text);

  const std::int64_t width = png_get_image_width(reader.png, reader.info);
  const std::int64_t height = png_get_image_height(reader.png, reader.info);
  if (const std::string problem = size_problem(width, height, limits); !problem.empty()) fail(problem);
  if (!reader.attempt([&] { prepare_png_rows(reader); })) fail(reader.text);

  Image image(static_cast<int>(width), static_cast<int>(height));
  std::vector<std::uint8_t> row(png_get_rowbytes(reader.png, reader.info));
  const int channels = png_get_channels(reader.png, reader.info);
  const bool interlaced = png_get_interlace_type(reader.png, reader.info) != PNG_INTERLACE_NONE;
  const auto stop_if_asked = [&] {
    if (limits.stopped()) throw Stopped(fmt::format("[decode_png] {}: stopped", name));
  };
  // Row `r` of a pass over the picture holds pixels that lie apart; a pass may have none.
  const auto read_pass = [&](int columns, int rows, const auto& pixel_at) {
    for (int r = 0; columns > 0 && r < rows; ++r) {
      stop_if_asked();
      png_read_row(reader.png, row.data(), nullptr);
      for (int c = 0; c < columns; ++c) {
        const std::uint8_t* in = row.data() + static_cast<std::size_t>(c) * channels;
        std::uint8_t* out = pixel_at(c, r);
        const int alpha = channels == 4 ? in[3] : 255;
        for (int i = 0; i < 3; ++i) out[i] = over_white(in[i], alpha);
      }
    }
  };
  const auto read_pixels = [&] {
    if (!interlaced) {
      read_pass(image.width, image.height, [&](int c, int r) { return image.pixel(c, r); });
    } else {
      for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) {
        read_pass(static_cast<int>(PNG_PASS_COLS(width, pass)), static_cast<int>(PNG_PASS_ROWS(height, pass)),
                  [&](int c, int r) {
                    return image.pixel(PNG_COL_FROM_PASS_COL(c, pass), PNG_ROW_FROM_PASS_ROW(r, pass));
                  });
      }
    }
    png_read_end(reader.png, nullptr);
  };
  if (!reader.attempt(read_pixels)) fail(reader.text);
  return upright(std::move(image), chunks.exif.empty() ? 1 : exif_chunk_orientation(chunks.exif));
}

}  // namespace dg
