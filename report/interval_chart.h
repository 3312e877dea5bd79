// Figures with their intervals as dots with whiskers, several runs below each other.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evaluation/bootstrap.h"
#include "report/markup.h"

namespace dg::reporting {

/// A figure of several runs, in the order of their colours; a run may lack it.
struct IntervalRow {
  std::string title;
  std::vector<std::optional<BootstrapInterval>> runs;
};

/// Shares, or differences of shares, on one axis. Nothing where no run has a figure. `id` as in Chart.
Markup interval_chart(const std::string& id, const std::string& title, const std::vector<IntervalRow>& rows);

}  // namespace dg::reporting
