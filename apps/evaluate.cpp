// doppel evaluate RUN... DATA --protocol one-shot|verification: how well a run's network recognises people,
// or several runs' networks together.
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/options.h"
#include "apps/usage.h"
#include "interop/paths.h"
#include "tensor/parallel.h"
#include "training/config/suggestion.h"
#include "training/run/evaluate_celeb.h"
#include "training/run/evaluate_ensemble.h"
#include "training/run/evaluate_run.h"

namespace dg {
namespace {

enum class Protocol { one_shot, verification };
const Choices<Protocol> protocol_words{{Protocol::one_shot, "one-shot"},
                                       {Protocol::verification, "verification"}};
// The part of a dataset.toml; none named is the development set.
const Choices<std::optional<HeldOut>> part_words{{HeldOut::development, "development"},
                                                 {HeldOut::test, "test"}};

constexpr int most_folders = 1000;  // CLI11 asks for a limit; nobody has so many runs

struct EvaluateArguments {
  std::vector<std::string> folders;  // RUN... DATA
  Protocol protocol = Protocol::one_shot;
  std::string pairs, checkpoint = best_or_last;
  std::optional<HeldOut> part;  // this and the next only with a dataset.toml
  std::string submission;
  std::vector<std::string> set;
  JsonOption json;
  DeviceOption device;
  int threads = 0;
  bool classifier = false;
  KnownBy known_by = KnownBy::photos;
};

// The photos behind a figure.
std::string photos_text(std::span<const Recognition> photos) {
  const auto broken = std::ranges::count_if(photos, [](const Recognition& p) { return !p.answered(); });
  return fmt::format("{} photos{}", photos.size(),
                     broken > 0 ? fmt::format(", {} of them broken and not answered", broken) : "");
}

void print(const OneShotResult& r) {
  if (r.novel_top1) {
    fmt::print("novel top-1       {:6.2f}%   ({}, {} identities to choose from)\n", 100 * *r.novel_top1,
               photos_text(r.novel), r.identities);
    for (std::size_t i = 0; i < required_precisions.size(); ++i) {
      fmt::print("coverage at {:<5}% {:6.2f}%\n", 100 * required_precisions[i],
                 100 * (*r.coverage)[i].coverage());
    }
  } else {
    fmt::print("novel top-1            -    (no novel photos; data.base_identities says who is novel)\n");
  }
  if (r.base_top1)
    fmt::print("base top-1        {:6.2f}%   (gate 98%: {}{})\n", 100 * *r.base_top1,
               *r.base_gate ? "passed" : "not passed",
               r.novel_top1
                   ? ""
                   : fmt::format("; {}, {} identities to choose from", photos_text(r.base), r.identities));
  if (r.family) {
    fmt::print("errors            {} of {} within the family; among the more confident half {} of {}\n",
               r.family->in_family, r.family->errors, r.family->confident_in_family,
               r.family->confident_errors);
  }
}

void print(const Verification& r) {
  fmt::print("accuracy          {:6.2f}% +- {:.2f}   ({} pairs)\n", 100 * r.accuracy, 100 * r.accuracy_sd,
             r.pairs);
  for (std::size_t i = 0; i < false_accept_rates.size(); ++i) {
    // With fewer pairs no false accept is allowed at all, and the threshold is that of a single pair.
    const bool few = static_cast<double>(r.different) * false_accept_rates[i] < 1;
    fmt::print("TAR at FAR {:<6} {:6.2f}%   (threshold {:.4f}{})\n", false_accept_rate_names[i],
               100 * r.at_far[i].true_accepts, r.at_far[i].threshold,
               few ? fmt::format("; {} pairs of two people are too few for this rate", r.different) : "");
  }
}

template <class Result>
void report(const Result& result, const JsonOption& json) {
  json.write([&] { print(result); }, to_json(result));
}

HeldOut held_out(const EvaluateArguments& a) { return a.part.value_or(HeldOut::development); }

void run_on_toml(const std::filesystem::path& run, const EvaluateOptions& options,
                 const EvaluateArguments& a) {
  const DatasetFiles files = read_dataset_toml(a.folders.back());
  const bool truth = held_out(a) == HeldOut::development || !files.test || files.test->columns.mid >= 0;
  require_usage(truth || a.json.file().empty(), "evaluate",
                "--json needs truth, and the test file has none, got {}", a.json.file());
  std::optional<std::filesystem::path> submission;
  if (!a.submission.empty()) submission = a.submission;
  const CelebEvaluation result = evaluate_celeb(run, options, held_out(a), submission);
  if (result.figures) report(*result.figures, a.json);
  if (submission) options.note(fmt::format("wrote {} answers to {}", result.recognised, a.submission));
}

// Checks what can be checked without a look at a run or at photos.
void check_arguments(const EvaluateArguments& a, std::size_t runs, bool together) {
  require_usage(!path_exists(std::filesystem::path(a.folders.back()) / "config.toml"), "evaluate",
                "DATA comes last, and {} is a run", a.folders.back());
  const std::string &data = a.folders.back(), protocol = word_of(protocol_words, a.protocol);
  const bool one_shot = a.protocol == Protocol::one_shot, toml = is_dataset_toml(data);
  for (const std::string& setting : a.set) {
    require_usage(!value_of(part_words, setting), "evaluate",
                  "--set must be section.key=value; the part of a dataset.toml is chosen by --part {}, got "
                  "--set {}",
                  setting, setting);
  }
  require_usage(one_shot == a.pairs.empty(), "evaluate",
                "--pairs FILE belongs to --protocol verification, got {} with {}", protocol,
                a.pairs.empty() ? "no pairs" : a.pairs);
  require_usage(one_shot || !together, "evaluate",
                "--protocol verification takes one run and no --classifier, got {} runs", runs);
  require_usage(runs == 1 || !names_a_file(a.checkpoint), "evaluate",
                "--checkpoint must be last or best for several runs, got {}", a.checkpoint);
  require_usage(!toml || one_shot, "evaluate", "{} belongs to --protocol one-shot, got {}", data, protocol);
  require_usage(toml || (!a.part && a.submission.empty()), "evaluate",
                "--part and --submission belong to a dataset.toml, got {} as DATA", data);
  require_usage(a.known_by == KnownBy::photos || (one_shot && !toml), "evaluate",
                "{} belongs to a folder of identities and --protocol one-shot, got {} with {}",
                a.known_by == KnownBy::names ? "--known-names" : "--all-novel", data, protocol);
  require_usage(!together || a.submission.empty(), "evaluate",
                "--submission takes one run and no --classifier, got {} runs", runs);
}

void run_evaluate(const EvaluateArguments& a) {
  const std::vector<std::filesystem::path> runs(a.folders.begin(), std::prev(a.folders.end()));
  const bool together = runs.size() > 1 || a.classifier;
  check_arguments(a, runs.size(), together);
  use_threads(a.threads);
  EvaluateOptions options;
  options.data = a.folders.back();
  options.checkpoint = a.checkpoint;
  options.device = a.device.choose();
  options.known_by = a.known_by;
  options.settings = a.set;
  options.brief = a.json.file() == "-";
  options.note = print_note;
  if (together) {
    return report(evaluate_ensemble(runs, options, {.held_out = held_out(a), .classifier = a.classifier}),
                  a.json);
  }
  if (is_dataset_toml(options.data)) return run_on_toml(runs[0], options, a);
  if (a.protocol == Protocol::verification)
    return report(evaluate_verification(runs[0], options, a.pairs), a.json);
  report(evaluate_one_shot(runs[0], options), a.json);
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  auto a = std::make_shared<EvaluateArguments>();
  CLI::App* command =
      app.add_subcommand("evaluate", "Say how well trained networks recognise people, or tell pairs apart");
  command
      ->add_option("RUN", a->folders,
                   "Run folders of doppel train (several: their cosines are averaged), then the folder of "
                   "identity folders, or a dataset.toml")
      ->required()
      ->expected(2, most_folders)
      ->option_text(std::string(value::run) + "... " + value::data);
  start_group(*command, group::data);
  add_choice(*command, "--protocol", a->protocol, protocol_words,
             "Recognise people from one photo each, or say of pairs whether they are the same person");
  command->add_option("--pairs", a->pairs, "Pairs file in LFW's format, for verification")
      ->option_text(value::file);
  add_choice(*command, "--part", a->part, part_words,
             "Which photos of a dataset.toml; development unless given");
  add_known_by(*command, a->known_by, true);
  add_checkpoint(*command, a->checkpoint);
  command->add_flag(
      "--classifier", a->classifier,
      "Recognise by the classifiers of doppel classifier (several runs: their probabilities are "
      "averaged)");
  add_settings(*command, a->set,
               fmt::format("section.key=value, over the run's settings: {}; may be repeated",
                           listed(evaluation_keys())));
  command->get_option("--set")->group(group::data);
  a->json.add(*command);
  command
      ->add_option("--submission", a->submission,
                   "Write line, MID and confidence of each photo of a dataset.toml (one run)")
      ->option_text(value::file)
      ->group(group::output);
  a->device.add(*command);
  add_threads(*command, a->threads);
  add_examples(*command,
               {{"doppel evaluate runs/first people", "Recognise held-out people from one photo each."},
                {"doppel evaluate runs/first lfw --protocol verification --pairs pairs.txt --json -",
                 "Score LFW's pairs, and print the figures as JSON."}});
  command->callback([a] { run_evaluate(*a); });
}

}  // namespace dg
