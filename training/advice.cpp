#include "training/advice.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace dg {
namespace {

using Advice = std::vector<std::string>;

void add_start(const Config& c, Advice& advice) {
  if (c.optim.clip_norm == 0) advice.push_back("optim.clip_norm = 1");
  const std::int64_t tenth = std::max<std::int64_t>(1, c.steps / 10);
  if (c.optim.warmup < std::min(tenth, Config().optim.warmup))
    advice.push_back(fmt::format("optim.warmup = {}", std::min(tenth, Config().optim.warmup)));
}

std::string text_of(Advice& advice, const Config& c) {
  advice.push_back(fmt::format("a lower optim.rate ({:.3g})", c.optim.rate / 10));
  return fmt::format("{}", fmt::join(advice, ", "));
}

}  // namespace

std::string advice_on_divergence(const Config& c) {
  Advice advice;
  add_start(c, advice);
  return text_of(advice, c);
}

std::string advice_on_collapse(const Config& c) {
  Advice advice;
  if (c.init.classifier != ClassifierStart::means && c.loss.l2_softmax > 0)
    advice.push_back("init.classifier = \"means\"");
  if (!c.init.centre) advice.push_back("init.centre = true");
  add_start(c, advice);
  const std::int64_t fifth = std::min(Config().loss.margin_start, c.steps / 5);
  if (c.loss.margin > 0 && c.loss.l2_softmax > 0 && c.loss.margin_start < fifth)
    advice.push_back(fmt::format("loss.margin_start = {}", fifth));
  const bool random = c.sampling.method == SamplingMethod::random ||
                      (c.sampling.fixed() && c.sampling.random_classes >= c.sampling.fixed_classes());
  if (random) {
    advice.push_back(
        "batches with doppelgangers (sampling.method = \"doppelganger\" with sampling.random_classes at a "
        "third of the classes)");
  }
  return text_of(advice, c);
}

}  // namespace dg
