#include "report/sections.h"
#include "report/settings_table.h"

namespace dg::reporting {
namespace {

Markup settings_rows(const Report& report, const std::string& caption,
                     const std::vector<SettingOfRuns>& settings) {
  std::vector<std::vector<Markup>> rows;
  for (const SettingOfRuns& setting : settings) {
    std::vector<Markup>& row = rows.emplace_back(std::vector<Markup>{plain("code", setting.key)});
    for (const std::string& value : setting.values) row.push_back(plain("code", value));
  }
  return table(caption, run_header(report, "key"), rows);
}

}  // namespace

Section settings_section(const Report& report) {
  std::vector<Config> configs;
  for (const ReportedRun& reported : report) configs.push_back(reported.run.config);
  Section section{"settings", "Settings", {}};
  if (report.size() > 1) {
    const std::vector<SettingOfRuns> differing = settings_that_differ(configs);
    section.content += differing.empty() ? plain("p", "The runs have the same settings.")
                                         : settings_rows(report, "Settings that differ", differing);
  }
  section.content += plain(
      "details", Markup{plain("summary", report.size() == 1 ? "All settings" : "All settings of all runs"),
                        settings_rows(report, "All settings", settings_of(configs))});
  return section;
}

}  // namespace dg::reporting
