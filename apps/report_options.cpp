#include "apps/report_options.h"

namespace dg {

void ReportedRuns::add(CLI::App& command, int least, int most) {
  command.add_option("RUN", folders_, "Run folders of doppel train")
      ->required()
      ->expected(least, most)
      ->option_text(least == most ? fmt::format("{} {}", value::run, value::run)
                                  : fmt::format("{}...", value::run));
  start_group(command, group::data);
  command
      .add_option(
          "--data", data_,
          "Folder of identity folders, or a dataset.toml, where it is not where it was in the training; "
          "once for all runs, or once for each in their order")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false)
      ->option_text(value::data);
  add_checkpoint(command, checkpoint_);
  add_known_by(command, known_by_, false);
  device_.add(command);
  add_threads(command, threads_);
}

std::vector<reporting::ReportOptions> ReportedRuns::options(bool brief) const {
  require(data_.size() <= 1 || data_.size() == folders_.size(), "report",
          "--data must be given once, or once for each of {} runs, got {}", folders_.size(), data_.size());
  require(folders_.size() == 1 || !names_a_file(checkpoint_), "report",
          "--checkpoint must be last or best for several runs, got {}", checkpoint_);
  use_threads(threads_);
  reporting::ReportOptions of_all;
  of_all.evaluate.checkpoint = checkpoint_;
  of_all.evaluate.device = device_.choose();
  of_all.evaluate.known_by = known_by_;
  of_all.evaluate.brief = brief;
  std::vector<reporting::ReportOptions> all(folders_.size(), of_all);
  for (std::size_t run = 0; run < all.size(); ++run) {
    if (!data_.empty()) all[run].data = data_[data_.size() == 1 ? 0 : run];
    // With several runs it must be seen whose photos are spoken of.
    const std::string name = folders_.size() == 1 ? "" : folders_[run] + ": ";
    all[run].evaluate.note = [name](const std::string& text) { print_note(name + text); };
  }
  return all;
}

}  // namespace dg
