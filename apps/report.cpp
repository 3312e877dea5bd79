// doppel report RUN... --out FILE: what runs have learnt, as one HTML page that needs no network.
#include <fmt/format.h>

#include <algorithm>

#include "apps/commands.h"
#include "apps/exit_codes.h"
#include "apps/report_options.h"
#include "interop/error_message.h"
#include "report/page.h"
#include "training/run/metrics_table.h"

namespace dg {
namespace {

constexpr int most_reported = 100;  // CLI11 asks for a limit; a page of so many runs can be read no more

struct ReportArguments {
  ReportedRuns runs;
  std::string out = "report.html";
  JsonOption json;
  bool no_photos = false;
};

// The table beside the metrics is a courtesy: a folder that may not be written to can be reported on too.
void write_table(const std::filesystem::path& run) {
  try {
    write_metrics_csv(run);
  } catch (const IoError& e) {
    print_note(error_message(e));
  }
}

// Whether all went well. A run that cannot be tried on its photos any more still has its curves.
bool run_report(const ReportArguments& a) {
  std::vector<reporting::ReportOptions> options = a.runs.options(a.json.file() == "-");
  for (reporting::ReportOptions& of_run : options) {
    of_run.photos = !a.no_photos;
    of_run.tolerant = !of_run.data;  // photos that the command line names are to be looked at
  }
  reporting::refuse_to_replace(a.out);
  const reporting::Report report = reporting::make_report(a.runs.folders(), options);
  for (const std::filesystem::path& run : a.runs.folders()) write_table(run);
  for (const reporting::ReportedRun& reported : report) {
    if (!reported.run.untested.empty())
      print_note(fmt::format("{}: not tried on photos: {}", reported.run.name, reported.run.untested));
  }
  const std::string page = reporting::report_page(report, !a.no_photos);
  reporting::write_report(a.out, page);
  a.json.write(
      [&] {
        fmt::print("{}: {} run{}, {} KB\n", a.out, report.size(), report.size() == 1 ? "" : "s",
                   (page.size() + 1023) / 1024);
      },
      reporting::to_json(report));
  return std::ranges::none_of(report, [](const auto& reported) { return reported.run.failed; });
}

}  // namespace

void add_report_command(CLI::App& app) {
  auto a = std::make_shared<ReportArguments>();
  CLI::App* command = app.add_subcommand(
      "report", "Show what runs have learnt, as one HTML page with curves, figures and pictures");
  a->runs.add(*command, 1, most_reported);
  start_group(*command, group::output);
  command->add_option("--out", a->out, "The page; replaces nothing but such a page")
      ->capture_default_str()
      ->option_text(value::file);
  a->json.add(*command);
  command->add_flag("--no-photos", a->no_photos, "Leave the photos of people out; their names stay");
  add_examples(*command, {{"doppel report runs/people-1", "Write report.html about one run."},
                          {"doppel report runs/random runs/first --out two.html --no-photos",
                           "Set two runs side by side, on a page that may be passed on."}});
  command->callback([a] {
    if (!run_report(*a)) throw CLI::RuntimeError(exit_code::error);
  });
}

}  // namespace dg
