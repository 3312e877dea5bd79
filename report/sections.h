// The sections of the page, one function each. A section without anything to show says why.
#pragma once
#include <string>

#include "report/markup.h"
#include "report/report.h"

namespace dg::reporting {

struct Section {
  std::string id, title;
  Markup content;
};

// report/summary_section.cpp
Section summary_section(const Report& report);

// What the runs can do (report/figure_sections.cpp).
Section figures_section(const Report& report);
Section coverage_section(const Report& report);

// How they got there (report/training_sections.cpp).
Section curves_section(const Report& report);
Section profile_section(const Report& report);
Section mining_section(const Report& report);

// What it looks like (report/picture_sections.cpp).
Section look_alikes_section(const Report& report);
Section mistakes_section(const Report& report);
Section merge_section(const Report& report);

// report/settings_section.cpp
Section settings_section(const Report& report);

// What they share (report/section_parts.cpp).

/// A paragraph that says how to read a section.
Markup note(const Markup& text);
/// A run's name with a swatch in its colour.
Markup run_label(const Report& report, std::size_t run);
/// A table that scrolls inside its own box: header cells, and rows of which the first cell is a header.
/// `caption` is read to those who do not see the page.
Markup table(const std::string& caption, const std::vector<Markup>& header,
             const std::vector<std::vector<Markup>>& rows);
/// One column per run, behind a first one.
std::vector<Markup> run_header(const Report& report, const Markup& first);
/// A number of the page that the JSON has too: `pointer` (RFC 6901) says where.
Markup figure(const std::string& pointer, const std::string& text);
/// Charts beside each other, as many as fit.
Markup charts(const Markup& all);
/// For people: "+1.23" points of a percent; "93.12%".
std::string points_text(double difference);
std::string percent_text(double share);

}  // namespace dg::reporting
