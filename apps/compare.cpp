// doppel compare RUN RUN: in which settings two runs differ, and whether their figures do.
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/report_options.h"
#include "interop/utf8.h"
#include "report/report.h"
#include "report/settings_table.h"

namespace dg {
namespace {

struct CompareArguments {
  ReportedRuns runs;
  JsonOption json;
};

// "93.12 (91.80 to 94.31)", "-" where there is none.
std::string figure_text(const std::optional<BootstrapInterval>& figure, bool difference) {
  if (!figure) return "-";
  return difference ? fmt::format("{:+.2f} ({:+.2f} to {:+.2f})", 100 * figure->value, 100 * figure->low,
                                  100 * figure->high)
                    : fmt::format("{:.2f} ({:.2f} to {:.2f})", 100 * figure->value, 100 * figure->low,
                                  100 * figure->high);
}

void print(const reporting::Report& report) {
  const auto line = [](const auto& what, const auto& a, const auto& b, const auto& d) {
    fmt::print("{:<18} {:>24} {:>24} {:>26}\n", what, a, b, d);
  };
  for (std::size_t i = 0; i < 2; ++i)
    fmt::print("{}: {}, after {} of {} steps\n", i == 0 ? "first" : "second", printable(report[i].run.name),
               report[i].run.checkpoint_step, report[i].run.steps);
  line("% (95% interval)", "first", "second", "second - first, paired");
  for (std::size_t i = 0; i < reporting::figure_kinds; ++i) {
    line(reporting::all_figures()[i].title, figure_text(report[0].run.figures[i], false),
         figure_text(report[1].run.figures[i], false), figure_text(report[1].differences[i], true));
  }
  const auto differing = reporting::settings_that_differ({report[0].run.config, report[1].run.config});
  fmt::print("{}\n", differing.empty() ? "the settings are the same" : "settings that differ:");
  for (const auto& setting : differing)
    fmt::print("  {} = {} | {}\n", setting.key, setting.values[0], setting.values[1]);
}

void run_compare(const CompareArguments& a) {
  std::vector<reporting::ReportOptions> options = a.runs.options(a.json.file() == "-");
  for (reporting::ReportOptions& of_run : options) of_run.examples = false;
  const std::vector<std::filesystem::path> folders = a.runs.folders();
  const reporting::Report report = reporting::make_report(folders, options);
  for (const reporting::ReportedRun& reported : report) {
    require(reported.run.tested.has_value(), "compare", "{} must be tried on photos to be compared, but {}",
            reported.run.name, reported.run.untested);
  }
  require(report[1].unpaired.empty(), "compare", "{} and {} cannot be compared: {}", folders[0].string(),
          folders[1].string(), report[1].unpaired);
  a.json.write([&] { print(report); }, reporting::to_json(report));
}

}  // namespace

void add_compare_command(CLI::App& app) {
  auto a = std::make_shared<CompareArguments>();
  CLI::App* command = app.add_subcommand(
      "compare",
      "Compare two runs: settings that differ, and figures with paired intervals on the same photos");
  a->runs.add(*command, 2, 2);
  a->json.add(*command);
  add_examples(*command,
               {{"doppel compare runs/random runs/first", "Say what mining has brought, and how surely."},
                {"doppel compare runs/a runs/b --data DATA --json -",
                 "Compare two runs on photos that were moved, as JSON."}});
  command->callback([a] { run_compare(*a); });
}

}  // namespace dg
