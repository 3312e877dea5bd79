#include "training/run/evaluate_ensemble.h"

#include "evaluation/ensemble.h"
#include "interop/paths.h"
#include "recognition/recogniser.h"
#include "training/run/classifier_file.h"
#include "training/run/names.h"
#include "training/run/training_data.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// "3 (a, b, c)": those in `some` but not in `others`, at most five of them by name.
template <class Names>
std::string only_in(const Names& some, const std::set<std::string>& others) {
  const std::vector<std::string> names = missing_names(some, others);
  return names.empty() ? "0" : fmt::format("{} ({})", names.size(), first_five(names));
}

void check_same_split(const FinishedRun& a, const FinishedRun& b) {
  const std::set<std::string> in_a = a.identities().base_names(), in_b = b.identities().base_names();
  require(in_a == in_b, "evaluate",
          "runs must share one split; identities trained on by {} alone: {}, by {} alone: {}",
          a.folder().string(), only_in(in_a, in_b), b.folder().string(), only_in(in_b, in_a));
  require(a.config().data.nested == b.config().data.nested, "evaluate",
          "runs must share data.nested, got {} in {} and {} in {}", a.config().data.nested,
          a.folder().string(), b.config().data.nested, b.folder().string());
  const std::int64_t tests_a = a.config().data.base_test_photos, tests_b = b.config().data.base_test_photos;
  require(tests_a == tests_b, "evaluate", "runs must share data.base_test_photos; {} has {}, {} has {}",
          a.folder().string(), tests_a, b.folder().string(), tests_b);
}

struct Member {
  ProtocolPhotos photos;
  Embeddings prototypes;        // [identities, dim]
  StoredClassifier classifier;  // where classifiers are asked for
  std::vector<int> family;
  std::string broken;  // photos, for people
};

StoredClassifier classifier_of(const fs::path& run, const PhotoSet& set, Network& network) {
  const fs::path path = run / "classifier.safetensors";
  if (!path_exists(path))
    throw IoError(fmt::format("{}: there is no classifier; doppel classifier makes one", path.string()));
  StoredClassifier stored = load_classifier(path);
  require(stored.network == network_fingerprint(network), "evaluate",
          "{} was learnt on another checkpoint than the one asked for", path.string());
  require(stored.identities == set.classes, "evaluate",
          "{} must know the identities of the data; in the classifier alone: {}, in the data alone: {}",
          path.string(), only_in(stored.identities, {set.classes.begin(), set.classes.end()}),
          only_in(set.classes, {stored.identities.begin(), stored.identities.end()}));
  return stored;
}

// `first`: what there is to say about the data is said once.
Member embed_member(const FinishedRun& run, EvaluateOptions o, const EnsembleOptions& ensemble, bool first) {
  Network network = run.network(o);
  if (!first) o.note = [](const std::string&) {};
  const auto [set, split, family] = open_evaluation_data(run, o, ensemble.held_out);
  Member member;
  if (ensemble.classifier)  // before the long part
    member.classifier = classifier_of(run.folder(), set, network);
  PhotoStore store(set, replacement_lists(set, split), photo_options(run.config()));
  member.photos = embed_protocol(network, store, split, embedder_options(run.config(), o.device));
  if (!ensemble.classifier) member.prototypes = member.photos.prototypes();
  member.photos.enrolled.values = {};  // by far the most numbers, and used up
  member.broken = summary(store.broken());
  member.family = family;
  return member;
}

OneShotResult by_cosine(const std::vector<Member>& members) {
  const auto joined = [&](auto view) {
    std::vector<EmbeddingView> views;
    for (const Member& m : members) views.push_back(view(m));
    return join_members(views);
  };
  const Embeddings prototypes = joined([](const Member&m) { return m.prototypes.view(); }),
                   novel = joined([](const Member&m) { return m.photos.novel.view(); }),
                   base = joined([](const Member&m) { return m.photos.base.view(); });
  const ProtocolPhotos& first = members[0].photos;
  return one_shot(prototypes, {novel, first.novel.classes}, {base, first.base.classes}, members[0].family,
                  first.unanswered);
}

OneShotResult by_probability(const std::vector<Member>& members, Device device) {
  const auto recognised = [&](EmbeddedPhotos ProtocolPhotos::*part) {
    std::vector<ClassifierMember> judges;
    for (const Member& m : members) judges.push_back({m.photos.*part, m.classifier.classifier.view()});
    return recognise_by_probability(judges, (members[0].photos.*part).classes, device);
  };
  return score_one_shot(recognised(&ProtocolPhotos::novel), recognised(&ProtocolPhotos::base),
                        members[0].photos.identities, members[0].family, members[0].photos.unanswered);
}

}  // namespace

OneShotResult evaluate_ensemble(const std::vector<fs::path>& folders, const EvaluateOptions& o,
                                const EnsembleOptions& ensemble) {
  require(!folders.empty(), "evaluate", "at least one run is needed, got none");
  std::vector<FinishedRun> runs;
  for (const fs::path& folder : folders) {
    runs.emplace_back(folder, o.settings);
    check_same_split(runs.front(), runs.back());
  }
  std::vector<Member> members;
  for (const FinishedRun& run : runs) {
    members.push_back(embed_member(run, o, ensemble, members.empty()));
    for (const auto part : {&ProtocolPhotos::enrolled, &ProtocolPhotos::novel, &ProtocolPhotos::base}) {
      require(
          (members.back().photos.*part).photos == (members[0].photos.*part).photos, "evaluate",
          "{} and {} must read the same photos of the same known and novel identities, but some decode or "
          "are known to one alone",
          folders[0].string(), run.folder().string());
    }
  }
  if (!members[0].broken.empty()) o.note(members[0].broken);
  return ensemble.classifier ? by_probability(members, o.device) : by_cosine(members);
}

}  // namespace dg
