// doppel: one program, one subcommand per job. Results go to stdout, progress and messages to stderr; the
// exit code is 0 only for success.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <new>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/signals.h"
#include "apps/waiting.h"
#include "interop/error_message.h"
#include "tensor/error.h"

namespace dg {
namespace {

constexpr const char* less_memory =
    " (less is needed with a smaller sampling.batch, network.width or data.cache_mb, and with fewer "
    "data.workers and --threads)";

int run(int argc, char** argv) {
  CLI::App app{"Doppelganger mining for face representation learning"};
  app.require_subcommand(1);
  add_faces_command(app);
  add_train_command(app);
  add_evaluate_command(app);
  add_classifier_command(app);
  add_demo_command(app);
  add_bench_command(app);
  read_whole_numbers(app);
  refuse_empty_texts(app);
  int code = 0;
  try {
    const auto named =
        app.get_subcommands([&](const CLI::App* c) { return argc > 1 && c->check_name(argv[1]); });
    if (argc > 1 && argv[1][0] != '-' && named.empty()) {
      throw Error(fmt::format("there is no subcommand {}; see doppel --help", argv[1]));
    }
    app.parse(argc, argv);              // runs the subcommand's callback
  } catch (const CLI::ParseError& e) {  // also --help, with code 0
    code = app.exit(e);
  }
  std::cout.flush();
  if (code == 0 && (!std::cout || std::fflush(stdout) != 0))
    throw Error("the results could not be written to stdout");
  return code;
}

// Where memory has run short there may be none for a message either.
void report(const std::exception& error, const char* more) noexcept {
  try {
    say(STDERR_FILENO, fmt::format("doppel: {}{}\n", error_message(error), more));
  } catch (...) {
    for (const char* part : {"doppel: out of memory", less_memory, "\n"}) say(STDERR_FILENO, part);
  }
}

}  // namespace
}  // namespace dg

int main(int argc, char** argv) {
  dg::wait_briefly(argv);
  dg::prepare_process();
  try {
    return dg::run(argc, argv);
  } catch (const dg::OutOfMemory& e) {
    dg::report(e, dg::less_memory);
  } catch (const std::bad_alloc& e) {
    dg::report(e, dg::less_memory);
  } catch (const std::exception& e) {
    dg::report(e, "");
  }
  return 1;
}
