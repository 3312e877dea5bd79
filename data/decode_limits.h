// What the decoders of photos (jpeg.h, png.h, webp.h) refuse before any pixel is decoded: a small damaged
// file can claim a size that would take all memory.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

namespace dg {

/// The limits are far above any face photo's.
struct DecodeLimits {
  int max_side = 16'384;                      // pixels
  std::int64_t max_pixels = 100'000'000;      // width * height
  int max_scans = 500;                        // of a progressive JPEG; programs write some 10
  std::int64_t max_file_bytes = 512LL << 20;  // where a file is read, not for bytes in memory
  // Looked at while a photo is decoded; the decoder then throws Stopped. A photo within the limits may take
  // minutes.
  const std::atomic<bool>* stop = nullptr;

  bool stopped() const { return stop != nullptr && stop->load(std::memory_order_relaxed); }
};

/// Empty if a picture of this size (in pixels) may be decoded, otherwise what is too large, for a message.
std::string size_problem(std::int64_t width, std::int64_t height, const DecodeLimits& limits);

}  // namespace dg
