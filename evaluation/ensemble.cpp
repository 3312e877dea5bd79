#include "evaluation/ensemble.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "tensor/check.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

constexpr std::size_t photos_at_once = 128;  // bounds memory: for 21,000 classes 22 MB of probabilities

void check_members(std::span<const ClassifierMember> members) {
  constexpr auto where = "most_probable";
  require(!members.empty(), where, "at least one member is needed, got none");
  for (const ClassifierMember& m : members) {
    check_embeddings(where, m.embeddings);
    check_embeddings(where, m.classifier.weight);
    require(m.embeddings.dim == m.classifier.weight.dim, where,
            "embeddings and classifier must agree in size, got {} and {}", m.embeddings.dim,
            m.classifier.weight.dim);
    require(m.classifier.weight.rows() > 0 && m.classifier.bias.size() == m.classifier.weight.rows(), where,
            "there must be a class, and one bias per class, got {} classes and {} biases",
            m.classifier.weight.rows(), m.classifier.bias.size());
    require(m.embeddings.rows() == members[0].embeddings.rows() &&
                m.classifier.weight.rows() == members[0].classifier.weight.rows(),
            where, "members must agree in photos and classes, got {} x {} and {} x {}",
            members[0].embeddings.rows(), members[0].classifier.weight.rows(), m.embeddings.rows(),
            m.classifier.weight.rows());
  }
}

Tensor to_tensor(const EmbeddingView& rows, std::size_t first, std::size_t last, Device device) {
  return Tensor::from({static_cast<std::int64_t>(last - first), static_cast<std::int64_t>(rows.dim)},
                      rows.values.subspan(first * rows.dim, (last - first) * rows.dim), device);
}

/// The softmax of one member for one photo: its most probable class `best`, and what the others weigh against
/// it, rest = sum over c != best of exp(logit_c - logit_best). The probabilities are 1 / (1 + rest) for
/// `best` and exp(logit_c - logit_best) / (1 + rest) for the others.
struct MemberSoftmax {
  std::size_t best = 0;
  double rest = 0;
};

/// `scores`: <e, w_c> for every class. Adds the member's probabilities to `sum`.
MemberSoftmax add_member(std::span<const float> scores, const ClassifierView& classifier,
                         std::span<double> logits, std::span<double> sum) {
  for (std::size_t c = 0; c < scores.size(); ++c) {
    logits[c] = classifier.alpha * double{scores[c]} + double{classifier.bias[c]};
  }
  MemberSoftmax m;
  m.best = static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
  const double highest = logits[m.best];
  for (double& l : logits) l = std::exp(l - highest);
  for (std::size_t c = 0; c < logits.size(); ++c) m.rest += c == m.best ? 0 : logits[c];
  for (std::size_t c = 0; c < logits.size(); ++c) sum[c] += logits[c] / (1 + m.rest);
  return m;
}

/// The most probable class for all members together, from their own ones and the sums of their probabilities.
Judgement combine(std::span<const MemberSoftmax> members, std::span<const double> sum) {
  const auto best = static_cast<std::size_t>(std::ranges::max_element(sum) - sum.begin());
  double doubt = 0, others = sum[best];  // others: what the members with another best class give to this one
  for (const MemberSoftmax& m : members) {
    if (m.best == best) {
      doubt += m.rest / (1 + m.rest);
      others -= 1 / (1 + m.rest);
    } else {
      doubt += 1;
    }
  }
  const bool unanimous = std::ranges::all_of(members, [&](const MemberSoftmax& m) { return m.best == best; });
  // Each member with another best class leaves at least 1/2 of its 1, so nothing cancels.
  if (!unanimous) doubt -= others;
  return {static_cast<ClassId>(best), doubt / static_cast<double>(members.size())};
}

}  // namespace

Embeddings join_members(std::span<const EmbeddingView> members) {
  require(!members.empty(), "join_members", "at least one member is needed, got none");
  Embeddings joined;
  for (const EmbeddingView& m : members) {
    check_embeddings("join_members", m);
    require(m.rows() == members[0].rows(), "join_members",
            "members must have one row per photo, got {} and {}", members[0].rows(), m.rows());
    joined.dim += m.dim;
  }
  const double scale = 1 / std::sqrt(static_cast<double>(members.size()));
  joined.values.reserve(members[0].rows() * joined.dim);
  for (std::size_t i = 0; i < members[0].rows(); ++i) {
    for (const EmbeddingView& m : members) {
      for (float v : m.row(i)) joined.values.push_back(static_cast<float>(double{v} * scale));
    }
  }
  return joined;
}

std::vector<Judgement> most_probable(std::span<const ClassifierMember> members, Device device) {
  check_members(members);
  const NoGrad guard;
  const std::size_t photos = members[0].embeddings.rows(), classes = members[0].classifier.weight.rows();
  std::vector<Var> weights;
  for (const ClassifierMember& m : members) {
    weights.emplace_back(to_tensor(m.classifier.weight, 0, classes, device));
  }
  std::vector<Judgement> judgements(photos);
  for (std::size_t first = 0; first < photos; first += photos_at_once) {
    const std::size_t last = std::min(photos, first + photos_at_once);
    std::vector<double> sum((last - first) * classes);
    std::vector<MemberSoftmax> softmaxes((last - first) * members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
      const Var block(to_tensor(members[m].embeddings, first, last, device));
      const std::vector<float> scores = matmul(block, weights[m], false, true).value().to_vector();
      FirstFailure failure;
#pragma omp parallel for schedule(static)
      for (std::size_t i = 0; i < last - first; ++i) {
        failure.run([&] {
          std::vector<double> logits(classes);
          softmaxes[i * members.size() + m] =
              add_member(std::span(scores).subspan(i * classes, classes), members[m].classifier, logits,
                         std::span(sum).subspan(i * classes, classes));
        });
      }
      failure.rethrow();
    }
    for (std::size_t i = 0; i < last - first; ++i) {
      judgements[first + i] = combine(std::span(softmaxes).subspan(i * members.size(), members.size()),
                                      std::span(sum).subspan(i * classes, classes));
      require(std::isfinite(judgements[first + i].doubt), "most_probable",
              "the logits of photo {} must be finite", first + i);
    }
  }
  return judgements;
}

std::vector<Recognition> recognise_by_probability(std::span<const ClassifierMember> members,
                                                  std::span<const ClassId> identities, Device device) {
  const std::vector<Judgement> judgements = most_probable(members, device);
  require(judgements.size() == identities.size(), "recognise_by_probability",
          "there must be one identity per photo, got {} for {}", identities.size(), judgements.size());
  std::vector<Recognition> out;
  out.reserve(judgements.size());
  for (std::size_t i = 0; i < judgements.size(); ++i) {
    out.push_back({identities[i], judgements[i].class_id, static_cast<float>(-judgements[i].doubt)});
  }
  return out;
}

}  // namespace dg
