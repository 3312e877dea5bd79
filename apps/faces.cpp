// doppel faces DIR: photos of people who do not exist, in class folders, with the table of their families.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "apps/commands.h"
#include "apps/options.h"
#include "data/faces/generated_faces.h"
#include "data/jpeg.h"
#include "tensor/parallel.h"
#include "tensor/stopwatch.h"

namespace dg {
namespace {

constexpr int sheet_quality = 70;  // JPEG quality of --sheet: a picture to look at, not to train on

struct FacesCommand {
  std::string dir, sheet;
  faces::Options options;
};

void run(const FacesCommand& command) {
  const faces::GeneratedFaces faces(command.options);
  const std::int64_t photos = std::int64_t{command.options.identities} * command.options.photos;
  faces::Progress progress;
  if (::isatty(STDERR_FILENO) != 0) {
    progress = [photos](std::int64_t written) {
      fmt::print(stderr, "\r{} of {} photos{}", written, photos, written == photos ? "\n" : "");
      std::fflush(stderr);
    };
  }
  set_threads(threads());  // as many as OpenMP would take
  const Stopwatch time;
  const bool wrote = faces::write_folder(command.dir, faces, 0, progress);
  const std::string what = fmt::format("{} photos of {} identities in {} families", photos,
                                       command.options.identities, faces.family_count());
  if (wrote) {
    fmt::print("{}: wrote {} in {:.1f} s\n", command.dir, what, time.seconds());
  } else {
    fmt::print("{}: holds these {} already\n", command.dir, what);
  }
  if (!command.sheet.empty()) write_jpeg(command.sheet, faces::contact_sheet(faces), sheet_quality);
}

}  // namespace

void add_faces_command(CLI::App& app) {
  const auto command = std::make_shared<FacesCommand>();
  faces::Options& o = command->options;
  CLI::App* faces = app.add_subcommand(
      "faces", "Write photos of generated people in class folders, in families of look-alikes");
  faces->add_option("DIR", command->dir, "New or empty folder; a complete set with equal options is kept")
      ->required()
      ->option_text(value::folder);
  start_group(*faces, group::data);
  faces->add_option("--identities", o.identities, "People to draw")
      ->check(at_least(1))
      ->capture_default_str();
  faces->add_option("--photos", o.photos, "Photos of each person")->check(at_least(1))->capture_default_str();
  faces->add_option("--size", o.size, "Side of a photo in pixels")
      ->check(between(16, 1024))
      ->capture_default_str();
  faces->add_option("--family", o.family, "Look-alikes in a family")
      ->check(at_least(1))
      ->capture_default_str();
  faces->add_option("--spread", o.spread, "How much members of a family differ; 0 = twins")
      ->check(between(0, 10))
      ->capture_default_str();
  faces->add_option("--nuisance", o.nuisance, "Strength of pose, light and expression; 1 = full")
      ->check(between(0, 2))
      ->capture_default_str();
  faces->add_option("--seed", o.seed, "Seed of everything random")->check(at_least(0))->capture_default_str();
  faces->add_option("--sheet", command->sheet, "JPEG file for a picture of three families, 10 photos each")
      ->group("");  // not in --help: for docs/faces.jpg
  add_examples(*faces,
               {{"doppel faces people --identities 600 --photos 20", "Write 12,000 photos of 600 people."},
                {"doppel faces twins --family 2 --spread 0.1",
                 "Write pairs of people who can hardly be told apart."}});
  faces->callback([command] { run(*command); });
}

}  // namespace dg
