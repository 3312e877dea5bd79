// The subcommands of `doppel`, one file each.
#pragma once
#include <CLI/CLI.hpp>

namespace dg {

void add_faces_command(CLI::App& app);
void add_train_command(CLI::App& app);
void add_evaluate_command(CLI::App& app);
void add_check_command(CLI::App& app);
void add_classifier_command(CLI::App& app);
void add_report_command(CLI::App& app);
void add_compare_command(CLI::App& app);
void add_demo_command(CLI::App& app);
void add_bench_command(CLI::App& app);
void add_completion_command(CLI::App& app);
void add_manual_command(CLI::App& app);

}  // namespace dg
