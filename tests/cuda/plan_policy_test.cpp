// How a plan's engine is chosen, what cuDNN is told, and what it answers to nonsense; on cards that are only
// described.
#include <map>
#include <nlohmann/json.hpp>

#include "cuda/described_device.h"
#include "error_text.h"

namespace dg::cuda {
namespace {

// 512 channels over 14x14: a residual block of stage 3.
constexpr ConvGeometry block = {.n = 81, .h = 14, .w = 14, .c = 512, .k = 512, .r = 3, .s = 3, .pad = 1};

TEST(PlanPolicy, Tf32TakesTensorCoresWhereTheCardHasTf32) {
  for (const ConvPass pass : passes) {
    EXPECT_TRUE(Described("a100").plan(pass, block, tf32).notes().tensor_core) << name(pass);
    EXPECT_TRUE(Described("h100").plan(pass, block, tf32).notes().tensor_core) << name(pass);
    EXPECT_FALSE(Described("t4").plan(pass, block, tf32).notes().tensor_core) << name(pass);  // float16 only
  }
}

TEST(PlanPolicy, NondeterministicEnginesRunOnlyWhenAllowed) {
  const ConvGeometry stem{.n = 81, .h = 259, .w = 259, .c = 3, .k = 64, .r = 5, .s = 5, .stride = 2};
  const Described card("t4");
  EXPECT_FALSE(card.plan(ConvPass::backward_weight, stem, {}).notes().nondeterministic);
  EXPECT_TRUE(card.plan(ConvPass::backward_weight, stem, {.deterministic = false}).notes().nondeterministic);
}

TEST(PlanPolicy, AWorkspaceLimitChangesTheEngineAndIsNoReasonToFail) {
  const Described card("a100");
  const ConvGeometry stem{.n = 81, .h = 259, .w = 259, .c = 3, .k = 64, .r = 5, .s = 5, .stride = 2};
  const ConvolutionPlan free = card.plan(ConvPass::backward_weight, stem, {});
  ASSERT_GT(free.workspace(), 0);
  const std::int64_t limit = free.workspace() - 1;
  EXPECT_LE(card.plan(ConvPass::backward_weight, stem, {.workspace_limit = limit}).workspace(), limit);
  EXPECT_GE(card.plan(ConvPass::backward_weight, stem, {.workspace_limit = -1}).workspace(), 0);
}

TEST(PlanPolicy, ObjectsToWhatAnEngineDoesToTheNumbers) {
  EXPECT_EQ(objection({}, strict), "");
  EXPECT_EQ(objection({.tensor_core = true}, tf32), "");
  EXPECT_EQ(objection({.winograd = true}, tf32), "");
  EXPECT_EQ(objection({.nondeterministic = true}, {.deterministic = false}), "");
  EXPECT_NE(objection({.nondeterministic = true}, tf32), "");
  for (const CudaPolicy& policy : {strict, tf32}) {
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
  for (const ConvPass pass : passes) {
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
    return error_text<BackendError>([&] { card.plan(ConvPass::backward_weight, g, strict); });
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
  EXPECT_NE(error_text([&] { ConvolutionPlan(ConvPass::forward, block, {}, {}); }).find("target must be"),
            std::string::npos);
  const ConvolutionPlan plan = Described("t4").plan(ConvPass::forward, block, {});
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
