// doppel bench loader: how many photos per second one core decodes and resizes to the network's input. The
// photos are generated faces, kept in memory as JPEG files, so that no disk is measured.
#include <fmt/format.h>

#include <thread>

#include "apps/bench/bench.h"
#include "data/faces/generated_faces.h"
#include "data/jpeg.h"
#include "data/photo_file.h"
#include "data/resize.h"
#include "tensor/check.h"

namespace dg {
namespace {

struct LoaderArguments {
  int size = 112, input = 259, photos = 16, rounds = 7, workers = 1, quality = 95;
  double seconds = 0.5;
  BenchOutput output;
};

using Jpeg = std::vector<std::uint8_t>;

std::vector<Jpeg> make_photos(const LoaderArguments& a) {
  const faces::GeneratedFaces faces({.identities = a.photos, .photos = 1, .size = a.size, .family = 1});
  faces::Renderer renderer;
  std::vector<Jpeg> photos;
  for (int i = 0; i < a.photos; ++i) photos.push_back(encode_jpeg(faces.photo(i, 0, renderer), a.quality));
  return photos;
}

struct Rate {
  double decode = 0, whole = 0;  // photos per second and core: decoding alone; decoding and resizing
};

// What one worker does in `seconds` or a little more.
Rate measure(const std::vector<Jpeg>& photos, int input, double seconds) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(input) * static_cast<std::size_t>(input) * 3);
  double decoding = 0, resizing = 0;
  std::int64_t done = 0;
  while (decoding + resizing < seconds) {
    for (const Jpeg& photo : photos) {
      const double start = seconds_now();
      const Image image = decode_photo(photo, "photo");
      const double decoded = seconds_now();
      resize(image, input, pixels.data());
      decoding += decoded - start;
      resizing += seconds_now() - decoded;
      ++done;
    }
  }
  return {.decode = static_cast<double>(done) / decoding,
          .whole = static_cast<double>(done) / (decoding + resizing)};
}

void run_loader(const LoaderArguments& a) {
  const std::vector<Jpeg> photos = make_photos(a);
  std::size_t bytes = 0;
  for (const Jpeg& photo : photos) bytes += photo.size();

  std::vector<double> decode, whole, all;
  for (int round = 0; round < a.rounds; ++round) {
    std::vector<Rate> rates(static_cast<std::size_t>(a.workers));
    std::vector<std::jthread> threads;  // joined also where one could not be started
    for (Rate& rate : rates) threads.emplace_back([&] { rate = measure(photos, a.input, a.seconds); });
    for (std::jthread& thread : threads) thread.join();
    double sum = 0;
    for (const Rate& rate : rates) {
      decode.push_back(rate.decode);
      whole.push_back(rate.whole);
      sum += rate.whole;
    }
    all.push_back(sum);
  }
  const Spread d = spread(decode), w = spread(whole), s = spread(all);
  const BenchJson json{{"photo", a.size},
                       {"quality", a.quality},
                       {"kilobytes_per_photo", static_cast<double>(bytes) / 1e3 / a.photos},
                       {"input", a.input},
                       {"workers", a.workers},
                       {"rounds", a.rounds},
                       {"images_per_second_per_core", w.median},
                       {"lower", w.lower},
                       {"upper", w.upper},
                       {"decode_only_per_core", d.median},
                       {"images_per_second", s.median}};
  a.output.write(
      fmt::format("generated faces of {} px (JPEG quality {}, {:.1f} kB) to {} px, {} workers\n"
                  "decode and resize  {:8.0f} images/s/core (half of the {} rounds within {:.0f} .. {:.0f})\n"
                  "decode alone       {:8.0f} images/s/core\n"
                  "all workers        {:8.0f} images/s\n",
                  a.size, a.quality, json["kilobytes_per_photo"].get<double>(), a.input, a.workers, w.median,
                  a.rounds, w.lower, w.upper, d.median, s.median),
      json);
}

}  // namespace

void add_bench_loader(CLI::App& bench) {
  auto a = std::make_shared<LoaderArguments>();
  CLI::App* command = bench.add_subcommand("loader", "Count the photos decoded and resized in a second");
  start_group(*command, group::measurement);
  command->add_option("--size", a->size, "Side of a photo in pixels")
      ->check(between(16, 1024))
      ->capture_default_str();
  command->add_option("--quality", a->quality, "JPEG quality")->check(between(1, 100))->capture_default_str();
  command->add_option("--input", a->input, "Side of the network's input")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--photos", a->photos, "Different photos")->check(at_least(1))->capture_default_str();
  command->add_option("--workers", a->workers, "Threads, each with all the photos")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--rounds", a->rounds, "Measurements; the median counts")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--seconds", a->seconds, "Least length of a measurement, in seconds")
      ->check(above(0))
      ->capture_default_str();
  a->output.add_option(*command);
  add_examples(*command, {{"doppel bench loader", "Decode photos of 112 pixels for the paper's network."},
                          {"doppel bench loader --input 64 --workers 2",
                           "Decode for the default network, on two threads."}});
  command->callback([a] { run_loader(*a); });
}

}  // namespace dg
