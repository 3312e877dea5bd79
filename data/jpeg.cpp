#include "data/jpeg.h"

#include <fmt/format.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
// libjpeg's headers need <cstdio> before them.
#include <jerror.h>
#include <jpeglib.h>

#include "data/exif.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

// libjpeg reports an error by a callback that must not return. `attempt` below is the only place that jumps.
struct JpegError {
  jpeg_error_mgr base;  // first, so that cinfo.err points to the whole struct
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_error(j_common_ptr cinfo) {
  auto* error = reinterpret_cast<JpegError*>(cinfo->err);
  error->base.format_message(cinfo, error->text);
  std::longjmp(error->jump, 1);
}

// Warnings have level -1. Those about missing or wrong image data are errors here; stray bytes between
// segments and odd version numbers, which many cameras and web sites write, lose nothing.
void on_message(j_common_ptr cinfo, int level) {
  const int code = cinfo->err->msg_code;
  const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
  if (level < 0 && !harmless) on_error(cinfo);
}

jpeg_error_mgr* prepare(JpegError& error) {
  jpeg_error_mgr* base = jpeg_std_error(&error.base);
  base->error_exit = on_error;
  base->emit_message = on_message;
  error.text[0] = 0;
  return base;
}

// Runs calls into libjpeg; false if one failed, with the reason in error.text. `calls` may be left by a jump,
// so it must not own anything: no C++ object with a destructor is made inside.
template <class Calls>
bool attempt(JpegError& error, const Calls& calls) {
  if (setjmp(error.jump) != 0) return false;
  calls();
  return true;
}

struct Decompressor {
  JpegError error;
  jpeg_decompress_struct cinfo{};

  Decompressor() { cinfo.err = prepare(error); }
  ~Decompressor() { jpeg_destroy_decompress(&cinfo); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
};

struct Compressor {
  JpegError error;
  jpeg_compress_struct cinfo{};

  Compressor() { cinfo.err = prepare(error); }
  ~Compressor() { jpeg_destroy_compress(&cinfo); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
};

// One row of 4-channel pixels to RGB. Adobe's programs store 255 - ink, everyone else ink; light left is the
// product.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, bool inverted, std::uint8_t* rgb) {
  const int flip = inverted ? 0 : 255;
  for (int x = 0; x < width; ++x) {
    const int key = cmyk[4 * x + 3] ^ flip;
    for (int c = 0; c < 3; ++c) {
      rgb[3 * x + c] = static_cast<std::uint8_t>(((cmyk[4 * x + c] ^ flip) * key + 127) / 255);
    }
  }
}

int orientation_of(const jpeg_decompress_struct& cinfo) {
  for (auto* marker = cinfo.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1) continue;
    if (const int orientation = exif_orientation({marker->data, marker->data_length})) return orientation;
  }
  return 1;
}

// A destination of fixed size: libjpeg must never have to grow our vector from inside its own frames.
struct FixedDestination {
  jpeg_destination_mgr base{};
  explicit FixedDestination(std::vector<std::uint8_t>& buffer) {
    base.next_output_byte = buffer.data();
    base.free_in_buffer = buffer.size();
    base.init_destination = [](j_compress_ptr) {};
    base.term_destination = [](j_compress_ptr) {};
    base.empty_output_buffer = [](j_compress_ptr cinfo) -> boolean {
      ERREXIT(cinfo, JERR_BUFFER_SIZE);
      return FALSE;
    };
  }
};

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeLimits& limits) {
  const auto fail = [&](std::string_view why) {
    throw IoError(fmt::format("[decode_jpeg] {}: {}", name, why));
  };
  if (bytes.empty()) fail("the file is empty");
  Decompressor d;
  auto& cinfo = d.cinfo;
  const auto read_header = [&] {
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, bytes.data(), bytes.size());
    jpeg_save_markers(&cinfo, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&cinfo, TRUE);
  };
  if (!attempt(d.error, read_header)) fail(d.error.text);

  const std::int64_t width = cinfo.image_width, height = cinfo.image_height;
  if (std::max(width, height) > limits.max_side || width * height > limits.max_pixels) {
    fail(fmt::format("{} x {} pixels is more than the limit of {} pixels a side and {:.0f} megapixels", width,
                     height, limits.max_side, static_cast<double>(limits.max_pixels) / 1e6));
  }
  const bool four_channels = cinfo.jpeg_color_space == JCS_CMYK || cinfo.jpeg_color_space == JCS_YCCK;
  cinfo.out_color_space = four_channels ? JCS_CMYK : JCS_RGB;
  const int orientation = orientation_of(cinfo);

  Image image(static_cast<int>(width), static_cast<int>(height));
  std::vector<std::uint8_t> row(four_channels ? static_cast<std::size_t>(width) * 4 : 0);
  const auto read_pixels = [&] {
    jpeg_start_decompress(&cinfo);
    while (cinfo.output_scanline < cinfo.output_height) {
      std::uint8_t* out = image.pixel(0, static_cast<int>(cinfo.output_scanline));
      JSAMPROW target = four_channels ? row.data() : out;
      jpeg_read_scanlines(&cinfo, &target, 1);
      if (four_channels) cmyk_to_rgb(row.data(), image.width, cinfo.saw_Adobe_marker, out);
    }
    jpeg_finish_decompress(&cinfo);
  };
  if (!attempt(d.error, read_pixels)) fail(d.error.text);
  return upright(std::move(image), orientation);
}

Image read_jpeg(const std::filesystem::path& path, const DecodeLimits& limits) {
  return decode_jpeg(read_file_bytes(path, limits.max_file_bytes), path.string(), limits);
}

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  require(image.width > 0 && image.height > 0, "encode_jpeg", "the image must have pixels, got {} x {}",
          image.width, image.height);
  require(quality >= 1 && quality <= 100, "encode_jpeg", "quality must be 1..100, got {}", quality);
  // 4:4:4 needs at most 2 bytes a sample (incompressible blocks, escapes included), plus the headers.
  const auto padded = [](int n) { return static_cast<std::size_t>(n + 7) / 8 * 8; };
  std::vector<std::uint8_t> bytes(padded(image.width) * padded(image.height) * 6 + 4096);
  FixedDestination destination(bytes);
  Compressor c;
  auto& cinfo = c.cinfo;
  const auto write_all = [&] {
    jpeg_create_compress(&cinfo);
    cinfo.dest = &destination.base;
    cinfo.image_width = static_cast<JDIMENSION>(image.width);
    cinfo.image_height = static_cast<JDIMENSION>(image.height);
    cinfo.input_components = 3;
    cinfo.in_color_space = JCS_RGB;
    jpeg_set_defaults(&cinfo);
    jpeg_set_quality(&cinfo, quality, TRUE);
    for (int i = 0; i < 3; ++i) cinfo.comp_info[i].h_samp_factor = cinfo.comp_info[i].v_samp_factor = 1;
    jpeg_start_compress(&cinfo, TRUE);
    while (cinfo.next_scanline < cinfo.image_height) {
      auto* source = const_cast<JSAMPROW>(image.pixel(0, static_cast<int>(cinfo.next_scanline)));
      jpeg_write_scanlines(&cinfo, &source, 1);
    }
    jpeg_finish_compress(&cinfo);
  };
  if (!attempt(c.error, write_all))
    throw BackendError(fmt::format("[encode_jpeg] libjpeg: {}", c.error.text));
  bytes.resize(bytes.size() - destination.base.free_in_buffer);
  return bytes;
}

void write_jpeg(const std::filesystem::path& path, const Image& image, int quality) {
  write_file_bytes(path, encode_jpeg(image, quality));
}

}  // namespace dg
