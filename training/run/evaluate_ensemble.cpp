#include "training/run/evaluate_ensemble.h"

#include "evaluation/ensemble.h"
#include "evaluation/prototypes.h"
#include "recognition/enrolment.h"
#include "training/run/classifier_file.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// "3 (a, b, c)": those in `some` but not in `others`, at most five of them by name.
template <class Names>
std::string only_in(const Names& some, const std::set<std::string>& others) {
  std::vector<std::string> names;
  for (const std::string& name : some) {
    if (!others.contains(name)) names.push_back(name);
  }
  const auto shown = std::min<std::ptrdiff_t>(5, std::ssize(names));
  return fmt::format("{}{}{}{}{}", names.size(), shown > 0 ? " (" : "",
                     fmt::join(names.begin(), names.begin() + shown, ", "),
                     shown < std::ssize(names) ? ", ..." : "", shown > 0 ? ")" : "");
}

void check_same_split(const std::vector<fs::path>& runs) {
  const std::int64_t held_out = run_config(runs[0]).data.base_test_photos;
  const std::set<std::string> first = trained_identities(runs[0]);
  for (const fs::path& run : runs) {
    const std::int64_t n = run_config(run).data.base_test_photos;
    const std::set<std::string> other = trained_identities(run);
    require(other == first, "evaluate",
            "runs must share one split; identities trained on by {} alone: {}, by {} alone: {}",
            runs[0].string(), only_in(first, other), run.string(), only_in(other, first));
    require(n == held_out, "evaluate", "runs must share data.base_test_photos; {} has {}, {} has {}",
            runs[0].string(), held_out, run.string(), n);
  }
}

struct Member {
  EmbeddedProtocol photos;
  std::vector<float> prototypes;  // [identities, dim]
  StoredClassifier classifier;    // where classifiers are asked for
  std::vector<int> family;
  std::string broken;  // photos, for people
};

StoredClassifier classifier_of(const fs::path& run, const PhotoSet& set, Network& network) {
  const fs::path path = run / "classifier.safetensors";
  if (!fs::exists(path))
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

Member embed_member(const EnsembleOptions& o, const fs::path& run_folder) {
  const EvaluateOptions run{
      .run = run_folder, .data = o.data, .checkpoint = o.checkpoint, .device = o.device};
  const Config config = run_config(run.run);
  Network network = trained_network(run, config);
  const auto [set, split, family] = open_evaluation_data(run, config, o.held_out);
  Member member;
  if (o.classifier) member.classifier = classifier_of(run.run, set, network);  // before the long part
  PhotoStore store(set, replacement_lists(set, split), evaluation_store(config, config.data.max_broken));
  member.photos = embed_protocol(network, store, set, split, {.device = o.device});
  if (!o.classifier) {
    member.prototypes =
        class_prototypes(member.photos.view(member.photos.enrolled), member.photos.enrolled.classes,
                         static_cast<ClassId>(set.classes.size()));
  }
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
  const EmbeddedProtocol& first = members[0].photos;
  const JoinedRows prototypes = joined([](const Member& m) -> EmbeddingView {
    return {m.prototypes, m.photos.dim};
  });
  const JoinedRows novel = joined([](const Member& m) { return m.photos.view(m.photos.novel); });
  const JoinedRows base = joined([](const Member& m) { return m.photos.view(m.photos.base); });
  return one_shot(prototypes.view(), {novel.view(), first.novel.classes}, {base.view(), first.base.classes},
                  members[0].family);
}

OneShotResult by_probability(const std::vector<Member>& members, Device device) {
  const auto recognised = [&](auto rows_of) {
    std::vector<ClassifierMember> judges;
    for (const Member& m : members)
      judges.push_back({m.photos.view(rows_of(m.photos)), m.classifier.classifier.view()});
    return recognise_by_probability(judges, rows_of(members[0].photos).classes, device);
  };
  return score_one_shot(recognised([](const EmbeddedProtocol& p) -> const EmbeddedRows& { return p.novel; }),
                        recognised([](const EmbeddedProtocol& p) -> const EmbeddedRows& { return p.base; }),
                        members[0].photos.identities, members[0].family);
}

}  // namespace

OneShotResult evaluate_ensemble(const EnsembleOptions& o) {
  require(!o.runs.empty(), "evaluate", "at least one run is needed, got none");
  check_same_split(o.runs);
  std::vector<Member> members;
  for (std::size_t r = 0; r < o.runs.size(); ++r) {
    members.push_back(embed_member(o, o.runs[r]));
    for (auto rows : {&EmbeddedProtocol::enrolled, &EmbeddedProtocol::novel, &EmbeddedProtocol::base}) {
      require((members.back().photos.*rows).photos == (members[0].photos.*rows).photos, "evaluate",
              "{} and {} must read the same photos, but some decode for one alone", o.runs[0].string(),
              o.runs[r].string());
    }
  }
  if (!members[0].broken.empty()) o.note(members[0].broken);
  return o.classifier ? by_probability(members, o.device) : by_cosine(members);
}

}  // namespace dg
