// cuDNN builds the plans that a GPU will run, for cards that are only described (devices/): on any machine,
// in seconds. It shows that cuDNN takes every convolution the project makes and which engine it would run;
// not what that engine computes.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cuda/described_device.h"
#include "cuda/plans_geometries.h"
#include "recognition/embedder.h"
#include "training/trainer.h"

namespace dg::cuda {
namespace {

struct Work {
  ConvPass pass;
  ConvGeometry geometry;
  bool operator==(const Work&) const = default;
};

void add(std::vector<Work>& all, const Work& work) {
  if (std::find(all.begin(), all.end(), work) == all.end()) all.push_back(work);
}

Config recipe(const std::string& name) { return load_config(root / "experiments" / (name + ".toml"), {}); }

// What the training of a recipe asks of a device, each thing once.
std::vector<Work> training_work(const Config& config) {
  std::vector<Work> work;
  for (const auto& g : network_convolutions(config, config.sampling.batch)) {
    for (const ConvPass pass : passes) add(work, {pass, g});
  }
  return work;
}

// LSUV and embedding on top of that, for all shipped recipes.
const std::vector<Work>& work_of_the_recipes() {
  static const std::vector<Work> all = [] {
    std::vector<Work> work;
    for (const char* name : {"paper", "demo", "celeba5k"}) {
      const Config config = recipe(name);
      for (const Work& w : training_work(config)) add(work, w);
      for (const std::int64_t batch : {config.init.lsuv_images, EmbedderOptions{}.batch}) {
        for (const auto& g : network_convolutions(config, batch)) add(work, {ConvPass::forward, g});
      }
    }
    return work;
  }();
  return all;
}

TEST(PlanGeometries, TheWalkSeesEveryMultiplicationOfTable1) {
  const Config config = recipe("paper");
  std::int64_t seen = 0, described = 0;
  for (const ConvGeometry& g : network_convolutions(config, 81)) seen += g.macs();
  for (const LayerInfo& line : make_network(config).describe({81, 259, 259, 3}))
    described += line.name == "fc" ? 0 : line.macs;
  EXPECT_EQ(seen, described);
  EXPECT_GT(seen, 0);
}

using CardAndPolicy = std::tuple<std::string, bool>;
class Plans : public testing::TestWithParam<CardAndPolicy> {
 protected:
  // Accepted, allowed by the policy, within the limit, and the same when made again.
  void check(const Work& work) {
    SCOPED_TRACE(testing::Message() << name(work.pass) << " of " << work.geometry.str());
    const ConvolutionPlan plan = card_.plan(work.pass, work.geometry, policy_);
    const ConvolutionPlan again = card_.plan(work.pass, work.geometry, policy_);
    EXPECT_EQ(objection(plan.notes(), policy_), "") << plan.notes().str();
    EXPECT_FALSE(plan.notes().nondeterministic || plan.notes().down_convert_inputs);
    EXPECT_TRUE(policy_.tf32 || !(plan.notes().tensor_core || plan.notes().winograd));
    EXPECT_LE(plan.workspace(), policy_.workspace_limit);
    EXPECT_GE(plan.notes().engine, 0);
    EXPECT_EQ(plan.notes(), again.notes());
    EXPECT_EQ(plan.describe(), again.describe());
  }

  Described card_{std::get<0>(GetParam())};
  CudaPolicy policy_ = std::get<1>(GetParam()) ? tf32 : strict;
};

TEST_P(Plans, EveryConvolutionOfTheRecipesHasOne) {
  for (const Work& work : work_of_the_recipes()) check(work);
}

TEST_P(Plans, AnyStrideDilationSizeAndChannelCountHasOne) {
  for (const ConvPass pass : passes) {
    for (const std::int64_t stride : {1, 2}) {
      for (const std::int64_t dilation : {1, 2, 3, 4}) {
        for (const auto& [c, k] : {std::pair{1, 8}, {3, 16}, {5, 17}, {16, 1}, {64, 32}}) {
          ConvGeometry g{.n = 3, .h = 27, .w = 22, .c = c, .k = k, .r = 3, .s = 3};
          g.stride = stride;
          g.pad = dilation - 1;
          g.dilation = dilation;
          check({pass, g});
        }
      }
    }
    check({pass, {.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1}});
    check({pass, {.n = 81, .h = 2, .w = 2, .c = 256, .k = 256, .r = 3, .s = 3, .pad = 1}});
  }
}

INSTANTIATE_TEST_SUITE_P(, Plans, testing::Combine(testing::ValuesIn(cards), testing::Bool()),
                         [](const auto& p) {
                           return std::get<0>(p.param) + (std::get<1>(p.param) ? "_tf32" : "_strict");
                         });

// The figures of docs/gpu.md: which engines, and how much memory their workspaces need beside the network's.
TEST(PlanReport, OfTable1AtBatch81) {
  const std::vector<Work> table_1 = training_work(recipe("paper"));
  for (const std::string& card : cards) {
    const Described described(card);
    for (const CudaPolicy& policy : {strict, tf32}) {
      std::map<std::string, int> engines;
      std::map<ConvPass, std::pair<std::int64_t, std::string>> largest;  // bytes and whose they are
      for (const auto& [pass, geometry] : table_1) {
        const ConvolutionPlan plan = described.plan(pass, geometry, policy);
        ++engines[fmt::format("{}, {}", name(pass), plan.notes().str())];
        largest[pass] = std::max(largest[pass], {plan.workspace(), geometry.str()});
      }
      EXPECT_EQ(largest.size(), passes.size());
      fmt::print("{}, {}:\n", card, policy.tf32 ? "tf32" : "strict");
      for (const auto& [engine, count] : engines) fmt::print("  {:3} plans {}\n", count, engine);
      for (const auto& [pass, most] : largest) {
        fmt::print("  largest workspace {}: {:.1f} MiB ({})\n", name(pass),
                   static_cast<double>(most.first) / (1 << 20), most.second);
      }
    }
  }
}

}  // namespace
}  // namespace dg::cuda
