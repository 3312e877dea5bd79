#include "report/page.h"

#include <fmt/format.h>

#include "interop/atomic_file.h"
#include "interop/paths.h"
#include "interop/whole_file.h"
#include "report/sections.h"
#include "tensor/check.h"

namespace dg::reporting {
namespace {

// How every page begins, and so how one is known again.
constexpr std::string_view opening = "<!doctype html>\n<!-- doppel report -->\n";

std::string title_of(const Report& report) {
  std::string names;
  for (const ReportedRun& reported : report) names += (names.empty() ? "" : ", ") + reported.run.name;
  return "Training report: " + names;
}

// Nothing but what is inside the page is ever loaded or run, whatever a name may hold.
Markup head(const Report& report) {
  return plain(
      "head",
      Markup{element("meta", {{"charset", "utf-8"}}),
             element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}),
             element("meta", {{"http-equiv", "Content-Security-Policy"},
                              {"content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'"}}),
             element("meta", {{"name", "generator"}, {"content", "doppel report"}}),
             plain("title", title_of(report)), plain("style", Markup::verbatim(page_style()))});
}

// Whose photos the page shows, and that they are somebody's.
Markup about_photos(const Report& report, bool photos) {
  std::string sources;
  for (const ReportedRun& reported : report) {
    const std::string& data = reported.run.data;
    if (!data.empty() && sources.find(data) == std::string::npos)
      sources += (sources.empty() ? "" : ", ") + data;
  }
  if (sources.empty()) return {};
  return element(
      "p", {{"class", "people"}},
      photos ? fmt::format(
                   "This page shows photos of people, from {}. They belong to these people and to whoever "
                   "took them: give the page away only if they, or the terms of the data, allow it. With "
                   "--no-photos it is made without.",
                   sources)
             : fmt::format("The photos of {} were left out (--no-photos).", sources));
}

Markup table_of_contents(const std::vector<Section>& sections) {
  Markup entries;
  for (const Section& section : sections)
    entries += plain("li", element("a", {{"href", "#" + section.id}}, section.title));
  return element("nav", {{"aria-label", "Contents"}}, plain("ul", entries));
}

// "<" would end the script, or begin a comment in it.
Markup figures_block(const Report& report) {
  std::string json;
  for (const char c : to_json(report).dump(1)) json += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return element("script", {{"type", "application/json"}, {"id", "figures"}}, Markup::verbatim(json));
}

}  // namespace

std::string report_page(const Report& report, bool photos) {
  const std::vector<Section> sections{
      summary_section(report), figures_section(report), coverage_section(report),    curves_section(report),
      profile_section(report), mining_section(report),  look_alikes_section(report), mistakes_section(report),
      merge_section(report),   settings_section(report)};
  Markup content;
  for (const Section& section : sections) {
    content +=
        element("section", {{"id", section.id}, {"aria-labelledby", section.id + "-heading"}},
                Markup{element("h2", {{"id", section.id + "-heading"}}, section.title), section.content});
  }
  const Markup header =
      plain("header",
            Markup{plain("h1", report.size() == 1 ? std::string("Training report")
                                                  : fmt::format("Training report: {} runs", report.size())),
                   about_photos(report, photos), table_of_contents(sections)});
  const Markup body = plain("body", Markup{header, plain("main", content), figures_block(report)});
  return std::string(opening) + element("html", {{"lang", "en"}}, Markup{head(report), body}).html() + "\n";
}

void refuse_to_replace(const std::filesystem::path& file) {
  require(!file.has_parent_path() || path_exists(file.parent_path()), "report",
          "--out must be in a folder that is there, got {}", file.string());
  if (!path_exists(file)) return;
  bool ours = false;
  try {
    ours = as_text(read_file_bytes(file)).starts_with(opening);
  } catch (const IoError&) {  // a folder, for instance
  }
  require(ours, "report", "--out must not replace other files: {} is there and is no page of doppel report",
          file.string());
}

void write_report(const std::filesystem::path& file, const std::string& page) {
  refuse_to_replace(file);
  try {
    write_file_atomically(file, page);
  } catch (const IoError& e) {
    throw IoError(fmt::format("{} (--out FILE writes the page elsewhere)", e.what()));
  }
}

}  // namespace dg::reporting
