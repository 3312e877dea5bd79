// doppel check DATA: all obstacles and oddities of a data set in one go, and what a training on it would
// take. Exit code: 0 if doppel train would start, 1 if not.
#include <fmt/format.h>

#include <unistd.h>

#include "apps/commands.h"
#include "apps/exit_codes.h"
#include "apps/options.h"
#include "apps/recipes.h"
#include "interop/number_text.h"
#include "tensor/parallel.h"
#include "training/run/data_check.h"
#include "training/run/status_line.h"

namespace dg {
namespace {

struct CheckArguments {
  std::string data, recipe;
  std::vector<std::string> set;
  JsonOption json;
  DeviceOption device;
  int threads = 0;
  bool no_timing = false;
};

bool run_check(const CheckArguments& a) {
  use_threads(a.threads);
  // For who waits at a terminal; nothing of it stays.
  StatusLine status(stderr,
                    ::isatty(STDERR_FILENO) == 1 ? StatusLine::Mode::automatic : StatusLine::Mode::off);
  const auto show = [&status](std::int64_t done, std::int64_t all) {
    status.show(all == 0 ? fmt::format("looking for photos: {} so far", grouped(done))
                         : fmt::format("{} of {} photos", grouped(done), grouped(all)));
  };
  CheckRequest request{.data = a.data, .settings = a.set, .timing = !a.no_timing, .progress = show};
  request.device = a.device.choose();
  if (!a.recipe.empty()) request.recipe = find_recipe(a.recipe);
  const nlohmann::ordered_json check = check_data(request);
  status.erase();
  a.json.write([&] { fmt::print("{}", check_text(check)); }, check);
  return check["would_start"];
}

}  // namespace

void add_check_command(CLI::App& app) {
  auto a = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand(
      "check", "Look through DATA: what is odd, what training would use, what it would take");
  add_data(*command, a->data);
  a->json.add(*command);
  start_group(*command, group::training);
  add_recipe(*command, a->recipe);
  add_settings(*command, a->set, "section.key=value, over the recipe; may be repeated");
  command->add_flag("--no-timing", a->no_timing, "Train no steps to know what a training would take");
  a->device.add(*command);
  add_threads(*command, a->threads);
  add_examples(*command,
               {{"doppel check people", "Everything that is odd, and how long training would take."},
                {"doppel check people --no-timing --json check.json", "The same as JSON, without timing."}});
  command->callback([a] {
    if (!run_check(*a)) throw CLI::RuntimeError(exit_code::error);
  });
}

}  // namespace dg
