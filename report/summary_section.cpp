// What the runs are and what they can do, in words.
#include <fmt/format.h>

#include "report/sections.h"
#include "training/config/losses.h"
#include "training/run/run_log.h"

namespace dg::reporting {
namespace {

std::string sampling_words(const Config& config) {
  const auto& s = config.sampling;
  const bool all_random = s.fixed() && s.random_classes == s.fixed_classes();
  if (s.method == SamplingMethod::hard_class) return "Hard class sampling";
  if (s.method == SamplingMethod::class_graph) return "Class graph sampling";
  if (s.method == SamplingMethod::random || all_random) return "Random sampling";
  if (!s.fixed()) return fmt::format("Doppelganger sampling, {} random people a batch", s.random_classes);
  return fmt::format("Doppelganger sampling, {} of {} people of a batch at random", s.random_classes,
                     s.fixed_classes());
}

std::string loss_words(const Config& config) {
  std::string words;
  for (const LossPart& part : loss_parts(config, 1)) {
    if (part.weight != 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : " + ", part.weight, part.loss->name());
  }
  return words;
}

std::string what_it_is(const RunReport& run) {
  std::string words =
      fmt::format("{}; loss {}; {} of {} steps of {} photos", sampling_words(run.config),
                  loss_words(run.config), run.steps, run.config.steps, run.config.sampling.batch);
  if (run.seconds > 0) words += fmt::format(" in about {}", duration(run.seconds));
  if (run.tested) words += fmt::format("; {} people trained on", run.tested->base_identities);
  words += ".";
  if (!run.course.empty()) words += fmt::format(" At the end: {}.", run.course);
  return words;
}

std::string range_words(const BootstrapInterval& figure_value) {
  return fmt::format("95% interval {:.1f} to {:.1f}", 100 * figure_value.low, 100 * figure_value.high);
}

std::string broken_words(const TestedPhotos& photos) {
  return photos.broken() == 0 ? "" : fmt::format(", {} of them broken and not answered", photos.broken());
}

// What it can do, as a sentence for each kind of test photos.
std::string what_it_can_do(const RunReport& run) {
  if (!run.tested) return fmt::format("It was not tried on photos: {}.", run.untested);
  const Tested& tested = *run.tested;
  std::string words =
      fmt::format("Tested is the network after {} of {} steps", run.checkpoint_step, run.steps);
  words += run.checkpoint_step == run.steps ? ". "
                                            : ": the figures here are of that checkpoint, those at the end "
                                              "of the curves are not. If evaluations "
                                              "on these photos chose it, they are a little too good. ";
  if (const auto& top1 = run.figures[0], &coverage = run.figures[3]; top1) {
    words += fmt::format(
        "{} people are new to it and enrolled with one photo each. Of {} other photos of them{} it names "
        "{:.1f}% "
        "rightly ({}), among {} people to choose from. Where 99% of the answers have to be right, it answers "
        "{:.1f}% ({}). ",
        tested.novel_identities, tested.novel.answers.size(), broken_words(tested.novel), 100 * top1->value,
        range_words(*top1), tested.identities, 100 * coverage->value, range_words(*coverage));
  } else {
    words += "There are no photos of new people to test on. ";
  }
  if (const auto& base = run.figures[5]) {
    words += fmt::format(
        "Of {} held-out photos of people that it was trained on{} it names {:.1f}% rightly ({}).",
        tested.base.answers.size(), broken_words(tested.base), 100 * base->value, range_words(*base));
  }
  return words;
}

std::string against_the_first(const Report& report, std::size_t run) {
  if (run == 0) return "";
  const ReportedRun& reported = report[run];
  if (!reported.unpaired.empty())
    return fmt::format("It cannot be compared with {}: {}.", report[0].run.name, reported.unpaired);
  std::string words =
      fmt::format("Against {} on the same photos, in points of a percent: ", report[0].run.name);
  bool first = true;
  for (std::size_t i = 0; i < figure_kinds; ++i) {
    const auto& d = reported.differences[i];
    if (!d || i == 1 || i == 2 || i == 4) continue;  // all are in the table
    words += fmt::format("{}{} {} ({} to {}{})", first ? "" : ", ", all_figures()[i].title,
                         points_text(d->value), points_text(d->low), points_text(d->high),
                         d->low > 0 || d->high < 0 ? "" : ", which may be chance");
    first = false;
  }
  return words + ".";
}

Markup tile(const char* title, const std::optional<BootstrapInterval>& figure_value) {
  if (!figure_value) return {};
  return plain("li",
               Markup{plain("span", title), plain("b", fmt::format("{:.1f}%", 100 * figure_value->value)),
                      plain("small", fmt::format("{:.1f} to {:.1f}", 100 * figure_value->low,
                                                 100 * figure_value->high))});
}

Markup summary_of(const Report& report, std::size_t run) {
  const RunReport& r = report[run].run;
  Markup content = plain("h3", run_label(report, run));
  if (r.tested) {
    content += element("ul", {{"class", "tiles"}},
                       Markup{tile("new people", r.figures[0]), tile("answered at 99%", r.figures[3]),
                              tile("known people", r.figures[5])});
  }
  for (const std::string& words : {what_it_is(r), what_it_can_do(r), against_the_first(report, run)}) {
    if (!words.empty()) content += plain("p", words);
  }
  if (r.metrics.damaged_lines > 0)
    content += plain(
        "p", fmt::format("Damaged lines of its metrics that are left out: {}.", r.metrics.damaged_lines));
  return element("article", {{"class", "card"}}, content);
}

}  // namespace

Section summary_section(const Report& report) {
  Markup cards;
  for (std::size_t run = 0; run < report.size(); ++run) cards += summary_of(report, run);
  return {"summary", "Summary", element("div", {{"class", "cards wide"}}, cards)};
}

}  // namespace dg::reporting
