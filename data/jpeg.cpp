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
  bool ended;    // the bytes ended before the end marker
  bool damaged;  // some of the picture is missing or wrong
  bool no_memory;
  int max_scans;
  const std::atomic<bool>* stop;  // null: nobody asks for an end
  bool stopped;
};

[[noreturn]] void on_error(j_common_ptr cinfo) {
  auto* error = reinterpret_cast<JpegError*>(cinfo->err);
  error->base.format_message(cinfo, error->text);
  error->no_memory = error->base.msg_code == JERR_OUT_OF_MEMORY;
  std::longjmp(error->jump, 1);
}

// Whether the bytes that were passed over before a marker mean that a scan's data are wrong: a decoder that
// took a wrong turn ends before its data do. Bytes between the segments of the header, and padding of 0 and
// 0xFF behind a scan, lose nothing. Nor does what follows a picture without an end marker.
bool is_excess_of_scan(const jpeg_decompress_struct& cinfo, bool ended) {
  if (cinfo.input_scan_number == 0 || ended) return false;
  const int bytes = cinfo.err->msg_parm.i[0], marker = cinfo.err->msg_parm.i[1];
  const bool belongs_to_picture = marker == JPEG_EOI || (marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7) ||
                                  (marker >= 0xC0 && marker <= 0xCF) || (marker >= 0xDA && marker <= 0xDF);
  if (!belongs_to_picture) return false;
  const JOCTET* const end = cinfo.src->next_input_byte;  // at the warning: just before the marker
  return std::any_of(end - bytes, end, [](JOCTET b) { return b != 0 && b != 0xFF; });
}

// Warnings have level -1. Those about missing or wrong image data are errors here; odd version numbers, which
// many cameras and web sites write, lose nothing. Where the bytes end before the end marker, libjpeg warns
// once and goes on as if it were there; if data are missing, it warns again.
void on_message(j_common_ptr cinfo, int level) {
  if (level >= 0) return;
  auto* error = reinterpret_cast<JpegError*>(cinfo->err);
  const int code = error->base.msg_code;
  if (code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM) return;
  if (code == JWRN_JPEG_EOF) {
    error->ended = true;
    return;
  }
  if (code == JWRN_EXTRANEOUS_DATA && cinfo->is_decompressor &&
      !is_excess_of_scan(*reinterpret_cast<j_decompress_ptr>(cinfo), error->ended)) {
    return;
  }
  error->damaged = true;
  if (error->ended && code == JWRN_HIT_MARKER) error->base.msg_code = JWRN_JPEG_EOF;  // says what happened
  on_error(cinfo);
}

// libjpeg calls this between rows of blocks.
void on_progress(j_common_ptr cinfo) {
  auto* error = reinterpret_cast<JpegError*>(cinfo->err);
  if (error->stop != nullptr && error->stop->load(std::memory_order_relaxed)) {
    error->stopped = true;
    std::longjmp(error->jump, 1);
  }
  const int scans = reinterpret_cast<j_decompress_ptr>(cinfo)->input_scan_number;
  if (scans <= error->max_scans) return;
  std::snprintf(error->text, sizeof error->text, "more than the limit of %d scans", error->max_scans);
  std::longjmp(error->jump, 1);
}

jpeg_error_mgr* prepare(JpegError& error) {
  jpeg_error_mgr* base = jpeg_std_error(&error.base);
  base->error_exit = on_error;
  base->emit_message = on_message;
  error.text[0] = 0;
  error.ended = error.damaged = error.no_memory = error.stopped = false;
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
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct cinfo{};

  explicit Decompressor(const DecodeLimits& limits) {
    cinfo.err = prepare(error);
    error.max_scans = limits.max_scans;
    error.stop = limits.stop;
    progress.progress_monitor = on_progress;
  }
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

// One row of 4-channel pixels to RGB. As browsers and Pillow do, the numbers are taken for 255 - ink, which
// is how Adobe's programs write them, whether or not their marker is there; light left is the product.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x) {
    const int key = cmyk[4 * x + 3];
    for (int c = 0; c < 3; ++c) {
      rgb[3 * x + c] = static_cast<std::uint8_t>((cmyk[4 * x + c] * key + 127) / 255);
    }
  }
}

// Whether a picture of several scans that has no end marker is known to have all of them: progressive ones
// say how exactly each coefficient is known (0 = to the last bit).
bool has_all_scans(const jpeg_decompress_struct& cinfo) {
  if (cinfo.coef_bits == nullptr) return false;
  for (int component = 0; component < cinfo.num_components; ++component) {
    const int(&bits)[DCTSIZE2] = cinfo.coef_bits[component];
    if (std::any_of(std::begin(bits), std::end(bits), [](int b) { return b != 0; })) return false;
  }
  return true;
}

// The scans of a file, from its markers alone: libjpeg would decode hundreds before it could be stopped. In
// the data of a scan 0xFF is always followed by 0 or a restart marker.
int count_scans(std::span<const std::uint8_t> bytes) {
  int scans = 0;
  for (std::size_t i = 0; i + 4 <= bytes.size();) {
    const int marker = bytes[i + 1];
    if (bytes[i] != 0xFF || marker == 0xFF) {
      ++i;
    } else if (marker <= 1 || (marker >= JPEG_RST0 && marker <= JPEG_EOI)) {  // without a length
      i += 2;
    } else {
      scans += marker == 0xDA;
      i += 2 + static_cast<std::size_t>(bytes[i + 2] << 8 | bytes[i + 3]);
    }
  }
  return scans;
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
  Decompressor d(limits);
  const auto fail = [&](std::string_view why) {
    if (d.error.no_memory) throw OutOfMemory(fmt::format("[decode_jpeg] {}: out of memory", name));
    throw IoError(fmt::format("[decode_jpeg] {}: {}", name, why));
  };
  if (bytes.empty()) fail("the file is empty");
  if (count_scans(bytes) > limits.max_scans)
    fail(fmt::format("more than the limit of {} scans", limits.max_scans));
  auto& cinfo = d.cinfo;
  const auto read_header = [&] {
    jpeg_create_decompress(&cinfo);
    cinfo.progress = &d.progress;
    jpeg_mem_src(&cinfo, bytes.data(), bytes.size());
    jpeg_save_markers(&cinfo, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&cinfo, TRUE);
  };
  if (!attempt(d.error, read_header)) fail(d.error.text);

  const auto width = static_cast<int>(cinfo.image_width);
  const auto height = static_cast<int>(cinfo.image_height);
  if (const std::string problem = size_problem(width, height, limits); !problem.empty()) fail(problem);
  const bool four_channels = cinfo.jpeg_color_space == JCS_CMYK || cinfo.jpeg_color_space == JCS_YCCK;
  cinfo.out_color_space = four_channels ? JCS_CMYK : JCS_RGB;
  const int orientation = orientation_of(cinfo);

  Image image(width, height);
  std::vector<std::uint8_t> row(four_channels ? static_cast<std::size_t>(width) * 4 : 0);
  const auto read_pixels = [&] {
    jpeg_start_decompress(&cinfo);
    while (cinfo.output_scanline < cinfo.output_height) {
      std::uint8_t* out = image.pixel(0, static_cast<int>(cinfo.output_scanline));
      JSAMPROW target = four_channels ? row.data() : out;
      jpeg_read_scanlines(&cinfo, &target, 1);
      if (four_channels) cmyk_to_rgb(row.data(), image.width, out);
    }
  };
  const auto decoded = [&](const auto& calls) {
    const bool done = attempt(d.error, calls);
    if (d.error.stopped) throw Stopped(fmt::format("[decode_jpeg] {}: stopped", name));
    return done;
  };
  if (!decoded(read_pixels)) fail(d.error.text);
  const bool several_scans = jpeg_has_multiple_scans(&cinfo) != FALSE;
  if (several_scans && d.error.ended && !has_all_scans(cinfo)) fail("the file ends before its last scan");
  // Every row is there. What follows is the end marker, or what a camera puts in its place.
  const auto finish = [&] { jpeg_finish_decompress(&cinfo); };
  if (!decoded(finish) && (d.error.damaged || several_scans)) fail(d.error.text);
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
  const bool written = attempt(c.error, write_all);
  if (!written && c.error.no_memory) throw OutOfMemory("[encode_jpeg] out of memory");
  if (!written) throw BackendError(fmt::format("[encode_jpeg] libjpeg: {}", c.error.text));
  bytes.resize(bytes.size() - destination.base.free_in_buffer);
  return bytes;
}

void write_jpeg(const std::filesystem::path& path, const Image& image, int quality) {
  write_file_bytes(path, encode_jpeg(image, quality));
}

}  // namespace dg
