// doppel: one program, one subcommand per job. Results go to stdout, progress and messages to stderr; the
// exit codes are those of apps/exit_codes.h.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <new>

#include "apps/commands.h"
#include "apps/exit_codes.h"
#include "apps/help.h"
#include "apps/options.h"
#include "apps/signals.h"
#include "apps/usage.h"
#include "apps/version.h"
#include "apps/waiting.h"
#include "interop/error_message.h"
#include "tensor/error.h"

namespace dg {
namespace {

constexpr const char* less_memory =
    " (less is needed with a smaller sampling.batch, network.width or data.cache_mb, and with fewer "
    "data.workers and --threads)";

void add_commands(CLI::App& app) {
  add_faces_command(app);
  add_check_command(app);
  add_train_command(app);
  add_evaluate_command(app);
  add_classifier_command(app);
  add_report_command(app);
  add_compare_command(app);
  add_demo_command(app);
  add_bench_command(app);
  add_completion_command(app);
  add_manual_command(app);
  add_examples(app,
               {{"doppel demo", "See mining at work on generated faces."},
                {"doppel train DATA --run runs/mine --recipe celeba5k", "Train on photos of your own."}});
  read_numbers(app);
  refuse_empty_texts(app);
}

int run(int argc, char** argv) {
  CLI::App app{"Doppelganger mining for face representation learning", "doppel"};
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "Show this text");
  app.set_version_flag("--version", version_text, "Show version, build, devices and libraries");
  app.formatter(std::make_shared<HelpFormatter>());  // before the subcommands, which take it over
  add_commands(app);
  int code = exit_code::done;
  try {
    const auto named =
        app.get_subcommands([&](const CLI::App* c) { return argc > 1 && c->check_name(argv[1]); });
    if (argc > 1 && argv[1][0] != '-' && named.empty())
      throw UsageError(no_subcommand(app, argv[1]) + " (doppel --help lists all)");
    app.parse(argc, argv);           // runs the subcommand's callback
  } catch (const CLI::Success& e) {  // --help or --version
    app.exit(e);
  } catch (const CLI::RuntimeError& e) {  // a subcommand's own exit code
    code = e.get_exit_code();
  } catch (const CLI::ParseError& e) {
    say(STDERR_FILENO, usage_message(app, e));
    code = exit_code::usage;
  }
  std::cout.flush();
  if (code == exit_code::done && (!std::cout || std::fflush(stdout) != 0))
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
  } catch (const dg::UsageError& e) {
    dg::report(e, "");
    return dg::exit_code::usage;
  } catch (const dg::OutOfMemory& e) {
    dg::report(e, dg::less_memory);
  } catch (const std::bad_alloc& e) {
    dg::report(e, dg::less_memory);
  } catch (const std::exception& e) {
    dg::report(e, "");
  }
  return dg::exit_code::error;
}
