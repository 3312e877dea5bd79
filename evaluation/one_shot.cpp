#include "evaluation/one_shot.h"

#include <algorithm>
#include <numeric>

#include "evaluation/prototypes.h"
#include "tensor/check.h"

namespace dg {
namespace {

std::size_t count_correct(std::span<const Recognition> photos) {
  return static_cast<std::size_t>(std::ranges::count_if(photos, &Recognition::correct));
}

double share(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

void check_classes(const char* what, std::span<const Recognition> photos, std::size_t identities) {
  for (std::size_t i = 0; i < photos.size(); ++i) {
    for (const ClassId id : {photos[i].identity, photos[i].predicted}) {
      require(id >= 0 && static_cast<std::size_t>(id) < identities, "one_shot",
              "class ids of {} photo {} must be below {}, got {}", what, i, identities, id);
    }
  }
}

double confidence(const Recognition& photo) {
  return photo.answered() ? photo.confidence : Answer::unanswered;
}

void check_unanswered(std::span<const ClassId> unanswered, std::size_t identities) {
  for (const ClassId id : unanswered) {
    require(id >= 0 && static_cast<std::size_t>(id) < identities, "one_shot",
            "class ids of unanswered photos must be below {}, got {}", identities, id);
  }
}

FamilyErrors family_errors(std::span<const Recognition> novel, std::span<const int> family) {
  std::vector<std::size_t> order(novel.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return confidence(novel[a]) > confidence(novel[b]); });
  FamilyErrors result;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const Recognition& photo = novel[order[rank]];
    if (photo.correct()) continue;
    const bool confident = photo.answered() && rank < novel.size() / 2;
    const bool related = photo.answered() && family[photo.identity] == family[photo.predicted];
    ++result.errors;
    result.in_family += related;
    result.confident_errors += confident;
    result.confident_in_family += confident && related;
  }
  return result;
}

}  // namespace

const Coverage& OneShotResult::coverage_at(double precision) const {
  const auto place = std::ranges::find(required_precisions, precision);
  require(place != required_precisions.end(), "one_shot", "precision must be one of {}, got {}",
          fmt::join(required_precisions, ", "), precision);
  require(coverage.has_value(), "one_shot", "coverage needs novel test photos, got none");
  return (*coverage)[static_cast<std::size_t>(place - required_precisions.begin())];
}

std::vector<Answer> to_answers(std::span<const Recognition> photos) {
  std::vector<Answer> answers;
  answers.reserve(photos.size());
  for (const Recognition& photo : photos) answers.push_back({confidence(photo), photo.correct()});
  return answers;
}

void add_unanswered(std::vector<Recognition>& photos, std::span<const ClassId> unanswered) {
  for (const ClassId id : unanswered) photos.push_back({.identity = id, .predicted = no_class});
}

OneShotResult score_one_shot(std::vector<Recognition> novel, std::vector<Recognition> base,
                             std::size_t identities, std::span<const int> family,
                             const Unanswered& unanswered) {
  require(!novel.empty() || !unanswered.novel.empty() || !base.empty() || !unanswered.base.empty(),
          "one_shot", "at least one test photo, novel or base, is needed, got none");
  require(family.empty() || family.size() == identities, "one_shot",
          "the family table must have one entry per identity, got {} for {}", family.size(), identities);
  check_classes("novel", novel, identities);
  check_classes("base", base, identities);
  check_unanswered(unanswered.novel, identities);
  check_unanswered(unanswered.base, identities);
  add_unanswered(novel, unanswered.novel);
  add_unanswered(base, unanswered.base);
  OneShotResult result;
  result.identities = identities;
  if (!novel.empty()) {
    result.novel_top1 = share(count_correct(novel), novel.size());
    const RankedAnswers ranked(to_answers(novel));
    std::ranges::transform(required_precisions, result.coverage.emplace().begin(),
                           [&](double p) { return ranked.at(p); });
    if (!family.empty()) result.family = family_errors(novel, family);
  }
  if (!base.empty()) {
    const std::size_t right = count_correct(base);
    result.base_top1 = share(right, base.size());
    result.base_gate = right * 100 >= base.size() * 98;
  }
  result.novel = std::move(novel);
  result.base = std::move(base);
  return result;
}

std::vector<Recognition> recognise_by_cosine(const EmbeddingView& prototypes, const TestPhotos& photos) {
  if (photos.embeddings.values.empty() && photos.identities.empty()) return {};
  require(photos.embeddings.rows() == photos.identities.size(), "one_shot",
          "there must be one identity per test embedding, got {} for {}", photos.identities.size(),
          photos.embeddings.rows());
  const std::vector<Match> matches = nearest_prototypes(photos.embeddings, prototypes);
  std::vector<Recognition> out;
  out.reserve(matches.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    out.push_back({photos.identities[i], matches[i].prototype, matches[i].cosine});
  }
  return out;
}

OneShotResult one_shot(const EmbeddingView& prototypes, const TestPhotos& novel, const TestPhotos& base,
                       std::span<const int> family, const Unanswered& unanswered) {
  return score_one_shot(recognise_by_cosine(prototypes, novel), recognise_by_cosine(prototypes, base),
                        prototypes.rows(), family, unanswered);
}

nlohmann::ordered_json to_json(const OneShotResult& result) {
  nlohmann::ordered_json json;
  const auto set = [](nlohmann::ordered_json& value, const std::optional<double>& figure) {
    value = nullptr;
    if (figure) value = *figure;
  };
  set(json["novel_top1"], result.novel_top1);
  for (std::size_t i = 0; i < required_precisions.size(); ++i) {
    std::optional<double> coverage;
    if (result.coverage) coverage = (*result.coverage)[i].coverage();
    set(json["coverage"][precision_names[i]], coverage);
  }
  set(json["base_top1"], result.base_top1);
  json["novel_images"] = result.novel.size();
  json["identities"] = result.identities;
  return json;
}

}  // namespace dg
