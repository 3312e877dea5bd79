// cuDNN builds the plans that a GPU will run, for cards that are only described (devices/): on any machine,
// in seconds. It shows that cuDNN takes every convolution the project makes and which engine it would run;
// not what that engine computes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cuda/plans_geometries.h"
#include "error_text.h"
#include "tensor/cuda/convolution_plan.h"
#include "training/embedder.h"
#include "training/trainer.h"

namespace dg::cuda {
namespace {

namespace fs = std::filesystem;

const fs::path tests = fs::absolute(__FILE__).parent_path().parent_path();
constexpr std::array passes = {Pass::forward, Pass::backward_input, Pass::backward_weight};
const std::vector<std::string> cards = {"t4", "a100", "h100"};
constexpr ConvolutionPolicy strict = {.tf32 = false}, tf32 = {};

std::string profile(const std::string& card) {
  std::ifstream file(tests / "cuda/devices" / (card + ".json"));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A card without the card.
class Described {
 public:
  explicit Described(const std::string& card) : properties_(device_properties(profile(card))) {}
  ConvolutionPlan plan(Pass pass, const ConvGeometry& g, const ConvolutionPolicy& policy) const {
    return {pass, g, policy, {.properties = &properties_}};
  }

 private:
  Node properties_;
};

struct Work {
  Pass pass;
  ConvGeometry geometry;
  bool operator==(const Work&) const = default;
};

void add(std::vector<Work>& all, const Work& work) {
  if (std::find(all.begin(), all.end(), work) == all.end()) all.push_back(work);
}

Config recipe(const std::string& name) {
  return load_config(tests / "../experiments" / (name + ".toml"), {});
}

// What the training of a recipe asks of a device, each thing once.
std::vector<Work> training_work(const Config& config) {
  std::vector<Work> work;
  for (const Pass pass : passes) {
    for (const auto& g : network_convolutions(config, config.sampling.batch)) add(work, {pass, g});
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
        for (const auto& g : network_convolutions(config, batch)) add(work, {Pass::forward, g});
      }
    }
    return work;
  }();
  return all;
}

// 512 channels over 14x14: a residual block of stage 3.
constexpr ConvGeometry block = {.n = 81, .h = 14, .w = 14, .c = 512, .k = 512, .r = 3, .s = 3, .pad = 1};

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
    SCOPED_TRACE(testing::Message() << name(work.pass) << " of " << text(work.geometry));
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
  ConvolutionPolicy policy_ = std::get<1>(GetParam()) ? tf32 : strict;
};

TEST_P(Plans, EveryConvolutionOfTheRecipesHasOne) {
  for (const Work& work : work_of_the_recipes()) check(work);
}

TEST_P(Plans, AnyStrideDilationSizeAndChannelCountHasOne) {
  for (const Pass pass : passes) {
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
  for (const std::string& card : cards) {
    const Described described(card);
    for (const ConvolutionPolicy& policy : {strict, tf32}) {
      std::map<std::string, int> engines;
      std::map<Pass, std::pair<std::int64_t, std::string>> largest;  // bytes and whose they are
      for (const auto& [pass, geometry] : training_work(recipe("paper"))) {
        const ConvolutionPlan plan = described.plan(pass, geometry, policy);
        ++engines[fmt::format("{}, {}", name(pass), plan.notes().str())];
        largest[pass] = std::max(largest[pass], {plan.workspace(), text(geometry)});
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

TEST(PlanPolicy, Tf32TakesTensorCoresWhereTheCardHasTf32) {
  for (const Pass pass : passes) {
    EXPECT_TRUE(Described("a100").plan(pass, block, tf32).notes().tensor_core) << name(pass);
    EXPECT_TRUE(Described("h100").plan(pass, block, tf32).notes().tensor_core) << name(pass);
    EXPECT_FALSE(Described("t4").plan(pass, block, tf32).notes().tensor_core) << name(pass);  // float16 only
  }
}

TEST(PlanPolicy, NondeterministicEnginesRunOnlyWhenAllowed) {
  const ConvGeometry stem{.n = 81, .h = 259, .w = 259, .c = 3, .k = 64, .r = 5, .s = 5, .stride = 2};
  const Described card("t4");
  EXPECT_FALSE(card.plan(Pass::backward_weight, stem, {}).notes().nondeterministic);
  EXPECT_TRUE(card.plan(Pass::backward_weight, stem, {.deterministic = false}).notes().nondeterministic);
}

TEST(PlanPolicy, AWorkspaceLimitChangesTheEngineAndIsNoReasonToFail) {
  const Described card("a100");
  const ConvGeometry stem{.n = 81, .h = 259, .w = 259, .c = 3, .k = 64, .r = 5, .s = 5, .stride = 2};
  const ConvolutionPlan free = card.plan(Pass::backward_weight, stem, {});
  ASSERT_GT(free.workspace(), 0);
  const std::int64_t limit = free.workspace() - 1;
  EXPECT_LE(card.plan(Pass::backward_weight, stem, {.workspace_limit = limit}).workspace(), limit);
  EXPECT_GE(card.plan(Pass::backward_weight, stem, {.workspace_limit = -1}).workspace(), 0);
}

TEST(PlanPolicy, ObjectsToWhatAnEngineDoesToTheNumbers) {
  EXPECT_EQ(objection({}, strict), "");
  EXPECT_EQ(objection({.tensor_core = true}, tf32), "");
  EXPECT_EQ(objection({.winograd = true}, tf32), "");
  EXPECT_EQ(objection({.nondeterministic = true}, {.deterministic = false}), "");
  EXPECT_NE(objection({.nondeterministic = true}, tf32), "");
  for (const ConvolutionPolicy& policy : {strict, tf32}) {
    EXPECT_NE(objection({.down_convert_inputs = true}, policy), "");
    EXPECT_NE(objection({.reduced_precision_reduction = true}, policy), "");
  }
  for (const EngineNotes& notes : {EngineNotes{.tensor_core = true}, {.winograd = true}, {.fft = true}})
    EXPECT_NE(objection(notes, strict), "") << notes.str();
}

TEST(PlanNotes, AreSaidInWords) {
  EXPECT_EQ((EngineNotes{.engine = 7}.str()), "engine 7");
  EXPECT_EQ((EngineNotes{.engine = 28, .tensor_core = true, .nondeterministic = true}.str()),
            "engine 28 (tensor core, nondeterministic)");
}

// Without a device nothing else shows a wrong descriptor: what cuDNN was told, read back from its own plan.
TEST(PlanDescription, IsNhwcAndKrscWithTheGeometrysNumbers) {
  const ConvGeometry g{.n = 2,
                       .h = 11,
                       .w = 13,
                       .c = 5,
                       .k = 7,
                       .r = 3,
                       .s = 2,
                       .stride = 2,
                       .pad = 1,
                       .dilation = 3};  // y is [2, 4, 6, 7]
  const std::array operations = {"FORWARD", "BACKWARD_DATA", "BACKWARD_FILTER"};
  for (const Pass pass : passes) {
    const auto plan = nlohmann::json::parse(Described("a100").plan(pass, g, {}).describe());
    std::map<std::string, nlohmann::json> tensors;
    for (const auto& t : plan["operationGraph"]["tensors"]) tensors[t["name"]] = {t["dim"], t["stride"]};
    EXPECT_EQ(tensors["1"], (nlohmann::json{{2, 5, 11, 13}, {715, 1, 65, 5}}));
    EXPECT_EQ(tensors["2"], (nlohmann::json{{7, 5, 3, 2}, {30, 1, 10, 5}}));
    EXPECT_EQ(tensors["3"], (nlohmann::json{{2, 7, 4, 6}, {168, 1, 42, 7}}));
    const auto& node = plan["operationGraph"]["nodes"].at(0);
    EXPECT_NE(node["operation"].get<std::string>().find(operations[static_cast<std::size_t>(pass)]),
              std::string::npos);
    EXPECT_EQ(node["mode"], "CUDNN_CROSS_CORRELATION");
    EXPECT_EQ(node["pad"], (nlohmann::json{1, 1}));
    EXPECT_EQ(node["stride"], (nlohmann::json{2, 2}));
    EXPECT_EQ(node["dilation"], (nlohmann::json{3, 3}));
    EXPECT_EQ(node["alpha"], 1.0);
    EXPECT_EQ(node["beta"], 0.0);
  }
}

TEST(PlanErrors, WrongShapesAreRefusedWithCudnnsReason) {
  const Described card("a100");
  const auto refused = [&](const ConvGeometry& g) {
    return error_text<BackendError>([&] { card.plan(Pass::backward_weight, g, strict); });
  };
  ConvGeometry g{
      .n = 4, .h = 2, .w = 9, .c = 3, .k = 8, .r = 3, .s = 3, .stride = 2};  // no room for the filter
  EXPECT_NE(
      refused(g).find("by weight of x [4, 2, 9, 3], w [8, 3, 3, 3], stride 2, pad 0, dilation 1 (strict, "
                      "deterministic): "),
      std::string::npos)
      << refused(g);
  EXPECT_NE(refused(g).find("CUDNN_STATUS_BAD_PARAM: "), std::string::npos) << refused(g);
  EXPECT_NE(refused(g).find("is_valid_spatial_dim"), std::string::npos) << refused(g);
  g.h = 9;
  EXPECT_EQ(refused(g), "no error");
  g.c = 0;
  EXPECT_NE(refused(g).find("CUDNN_STATUS_BAD_PARAM"), std::string::npos) << refused(g);
}

TEST(PlanErrors, NoTargetAndNoHandleAreErrors) {
  EXPECT_NE(error_text([&] { ConvolutionPlan(Pass::forward, block, {}, {}); }).find("target must be"),
            std::string::npos);
  const ConvolutionPlan plan = Described("t4").plan(Pass::forward, block, {});
  EXPECT_NE(error_text<BackendError>([&] {
              plan.execute(nullptr, nullptr, nullptr, nullptr, nullptr);
            }).find("[convolution] CUDNN_STATUS_"),
            std::string::npos);
  EXPECT_NE(error_text<BackendError>([&] { device_profile(nullptr); }).find("CUDNN_STATUS_"),
            std::string::npos);
}

TEST(DeviceProfile, IsReadBackAsItWasWritten) {
  for (const std::string& card : cards) {
    const Node node = device_properties(profile(card));
    EXPECT_EQ(nlohmann::json::parse(node.text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION)),
              nlohmann::json::parse(profile(card)));
  }
}

TEST(DeviceProfile, ThatMissesANumberIsRefused) {
  nlohmann::json numbers = nlohmann::json::parse(profile("a100"));
  numbers.erase("multiProcessorCount");
  EXPECT_NE(error_text<BackendError>([&] { device_properties(numbers.dump()); }).find("CUDNN_STATUS_"),
            std::string::npos);
}

}  // namespace
}  // namespace dg::cuda
