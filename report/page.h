// The report as one HTML file that needs no network: its style, charts, photos and figures are inside.
#pragma once
#include <filesystem>
#include <string>

#include "report/report.h"

namespace dg::reporting {

/// The whole page. `photos`: whether photos of people are shown, which the page then says. Equal reports give
/// equal bytes. The figures are there once more, as the JSON of to_json, in <script type="application/json"
/// id="figures">, which no browser runs.
std::string report_page(const Report& report, bool photos);

/// Error where `file` exists and is no page of this program's: nothing else is ever replaced.
void refuse_to_replace(const std::filesystem::path& file);

/// Writes the page, all or nothing. Errors of refuse_to_replace and write_file_atomically.
void write_report(const std::filesystem::path& file, const std::string& page);

/// The style sheet (report/style.cpp).
const char* page_style();

}  // namespace dg::reporting
