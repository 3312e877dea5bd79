#include "data/photo_source.h"

#include <chrono>
#include <thread>

#include "interop/system_error.h"

namespace dg {

std::vector<std::uint8_t> read_patiently(const PhotoSource& source, PhotoId photo, std::int64_t max_bytes,
                                         const Patience& patience) {
  double seconds = patience.seconds_before_trying;
  for (int left = patience.tries_again;; --left, seconds *= 2) {
    try {
      return source.bytes(photo, max_bytes);
    } catch (const Unavailable& e) {
      if (left == 0)
        throw Unavailable(fmt::format("{} (tried {} times; the photo itself may be good)", e.what(),
                                      patience.tries_again + 1));
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  }
}

}  // namespace dg
