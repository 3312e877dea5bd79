// The section [loss]: the keys of each loss, the loss that they make, and what they must be together. A new
// loss adds its keys and one entry to the table here.
#include <algorithm>

#include "losses/contrastive.h"
#include "losses/l2_softmax.h"
#include "losses/lifted_structured.h"
#include "losses/margin.h"
#include "tensor/check.h"
#include "training/config/keys.h"
#include "training/config/losses.h"

namespace dg {
namespace {

struct Entry {
  const char* name;  // of the loss; "loss." and it is the key of its weight
  double Config::Loss::*weight;
  std::int64_t Config::Loss::*start;  // the key is that of the weight and "_start"; null: it starts at once
  bool always_there;                  // also with weight 0: see loss_parts
  std::unique_ptr<Loss> (*make)(const Config& config, std::int64_t classes);
};

std::unique_ptr<Loss> make_l2_softmax(const Config& c, std::int64_t classes) {
  const L2SoftmaxOptions options{
      .classes = classes,
      .embedding = c.network.embedding,
      .scale = c.loss.l2_alpha,
      .train_scale = c.loss.l2_alpha_trainable,
      .weight_sd = c.init.classifier == ClassifierStart::normal ? c.init.classifier_sd : 0};
  return std::make_unique<L2Softmax>(options);
}

std::unique_ptr<Loss> make_lifted(const Config& c, std::int64_t) {
  return std::make_unique<LiftedStructured>(
      LiftedStructuredOptions{.measure = c.loss.lifted_distance, .scale = c.loss.lifted_alpha});
}

std::unique_ptr<Loss> make_margin(const Config& c, std::int64_t) {
  return std::make_unique<MarginLoss>(MarginOptions{.margin = c.loss.margin_alpha,
                                                    .boundary = c.loss.margin_beta,
                                                    .boundary_rate = c.loss.margin_beta_rate});
}

std::unique_ptr<Loss> make_contrastive(const Config& c, std::int64_t) {
  return std::make_unique<ContrastiveLoss>(c.loss.contrastive_margin);
}

// In the order in which they are summed and logged.
constexpr Entry entries[] = {
    {"l2_softmax", &Config::Loss::l2_softmax, nullptr, true, make_l2_softmax},
    {"lifted", &Config::Loss::lifted, nullptr, true, make_lifted},
    {"margin", &Config::Loss::margin, &Config::Loss::margin_start, true, make_margin},
    {"contrastive", &Config::Loss::contrastive, &Config::Loss::contrastive_start, false, make_contrastive},
};

bool on(const Entry& e, const Config& c) { return c.loss.*e.weight > 0; }

std::int64_t start(const Entry& e, const Config& c) { return e.start == nullptr ? 0 : c.loss.*e.start; }

// "loss.l2_softmax, loss.lifted and loss.margin", of the entries that `wanted` takes.
template <class Wanted>
std::string keys_of(const char* last, const Wanted& wanted, const char* ending = "") {
  std::vector<std::string> keys;
  for (const Entry& e : entries) {
    if (wanted(e)) keys.push_back(fmt::format("loss.{}{}", e.name, ending));
  }
  if (keys.size() == 1) return keys[0];
  return fmt::format("{} {} {}", fmt::join(keys.begin(), keys.end() - 1, ", "), last, keys.back());
}

}  // namespace

std::vector<LossPart> loss_parts(const Config& config, std::int64_t classes) {
  std::vector<LossPart> parts;
  for (const Entry& e : entries) {
    if (e.always_there || on(e, config))
      parts.push_back({e.make(config, classes), config.loss.*e.weight, start(e, config)});
  }
  return parts;
}

namespace config {

std::vector<Key> loss_keys() {
  return {
      real("loss.l2_softmax", DG_AT(loss.l2_softmax), 0, infinity, "weight of the L2-Softmax loss; 0 = off"),
      real("loss.lifted", DG_AT(loss.lifted), 0, infinity,
           "weight of the lifted structured loss; 0 = off (paper: 0.1)"),
      real("loss.margin", DG_AT(loss.margin), 0, infinity, "weight of the margin loss; 0 = off"),
      real("loss.l2_alpha", DG_AT(loss.l2_alpha), 1, infinity,
           "scale of the embedding in the L2-Softmax, at the start"),
      boolean("loss.l2_alpha_trainable", DG_AT(loss.l2_alpha_trainable), "train that scale; false = keep it"),
      real("loss.lifted_alpha", DG_AT(loss.lifted_alpha), 1, infinity,
           "scale of the embedding in the lifted structured loss, at the start"),
      choice("loss.lifted_distance", DG_AT(loss.lifted_distance),
             {{LiftedMeasure::distance, "euclidean"}, {LiftedMeasure::cosine, "cosine"}},
             "what the lifted structured loss measures"),
      real("loss.margin_alpha", DG_AT(loss.margin_alpha), 0, 2, "margin of the margin loss (alpha of eq. 2)"),
      real("loss.margin_beta", DG_AT(loss.margin_beta), -1, 1,
           "boundary of the margin loss (beta of eq. 2), at the start"),
      real("loss.margin_beta_rate", DG_AT(loss.margin_beta_rate), 0, infinity,
           "multiplier of the learning rate for beta"),
      paper("0", integer("loss.margin_start", DG_AT(loss.margin_start), 0, billion,
                         "step at which the margin loss starts")),
      real("loss.contrastive", DG_AT(loss.contrastive), 0, infinity,
           "weight of the contrastive loss; 0 = off"),
      real("loss.contrastive_margin", DG_AT(loss.contrastive_margin), -1, 1,
           "cosine above which different people add to the contrastive loss"),
      integer("loss.contrastive_start", DG_AT(loss.contrastive_start), 0, billion,
              "step at which the contrastive loss starts"),
  };
}

void check_losses(const Config& c) {
  const auto& s = c.sampling;
  const auto any = [](const auto& wanted) {
    return std::any_of(std::begin(entries), std::end(entries), wanted);
  };
  require(any([&](const Entry& e) { return on(e, c); }), "config", "one of {} must be > 0, got 0 for all",
          keys_of("and", [](const Entry&) { return true; }));

  const bool needs_scores =
      s.method == SamplingMethod::doppelganger && !(s.fixed() && s.random_classes == s.fixed_classes());
  const auto scores = [&](const Entry& e) { return e.make(c, 1)->prototype_based(); };
  require(!needs_scores || any([&](const Entry& e) { return on(e, c) && scores(e); }), "config",
          "{} must be > 0 with sampling.method = \"doppelganger\", because doppelgangers come from its "
          "scores, got "
          "0; sampling.method = \"random\" goes without",
          keys_of("or", scores));

  const auto late = [&](const Entry& e) { return on(e, c) && start(e, c) > 0; };
  if (any([&](const Entry& e) { return on(e, c) && start(e, c) == 0; })) return;
  const auto first = std::find_if(std::begin(entries), std::end(entries), late);
  require(std::count_if(std::begin(entries), std::end(entries), late) > 1, "config",
          "loss.{}_start must be 0 when the {} loss is the only one, got {}", first->name, first->name,
          start(*first, c));
  throw Error(fmt::format("[config] one of {} must be 0, because there must be a loss from the first step",
                          keys_of("and", late, "_start")));
}

}  // namespace config
}  // namespace dg
