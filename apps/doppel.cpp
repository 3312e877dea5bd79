// doppel: one program, one subcommand per job. Results go to stdout, progress and messages to stderr; the
// exit code is 0 only for success.
#include <fmt/format.h>

#include <unistd.h>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/signals.h"
#include "apps/waiting.h"
#include "tensor/error.h"

int main(int argc, char** argv) {
  dg::wait_briefly(argv);
  dg::prepare_process();
  CLI::App app{"Doppelganger mining for face representation learning"};
  app.require_subcommand(1);
  dg::add_faces_command(app);
  dg::add_train_command(app);
  dg::add_evaluate_command(app);
  dg::add_classifier_command(app);
  dg::add_demo_command(app);
  dg::add_bench_command(app);
  dg::read_whole_numbers(app);
  try {
    const auto named =
        app.get_subcommands([&](const CLI::App* c) { return argc > 1 && c->check_name(argv[1]); });
    if (argc > 1 && argv[1][0] != '-' && named.empty()) {
      throw dg::Error(fmt::format("there is no subcommand {}; see doppel --help", argv[1]));
    }
    app.parse(argc, argv);  // runs the subcommand's callback
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    dg::say(STDERR_FILENO, fmt::format("doppel: {}\n", e.what()));
    return 1;
  }
  if (std::fflush(stdout) != 0) {
    dg::say(STDERR_FILENO, "doppel: the results could not be written to stdout\n");
    return 1;
  }
  return 0;
}
