// Table 1, size by size, and the counts of docs/deviations.md, by shape inference alone.
#include "layers/face_resnet.h"

#include <gtest/gtest.h>

#include <map>

#include "error_text.h"

namespace dg {
namespace {

struct Totals {
  std::int64_t parameters = 0, macs = 0;
};

Totals totals(Network& net, std::int64_t input) {
  Totals t;
  for (const LayerInfo& line : net.describe({1, input, input, 3})) {
    t.parameters += line.parameters;
    t.macs += line.macs;
  }
  return t;
}

TEST(FaceResnet, HasEverySizeOfTable1) {
  Network net = face_resnet({});
  const std::vector<std::pair<std::string, Shape>> table_1 = {{"stem.conv1", {1, 128, 128, 64}},
                                                              {"stem.conv2", {1, 124, 124, 64}},
                                                              {"stem.pool", {1, 62, 62, 64}},
                                                              {"stage1.block1", {1, 62, 62, 128}},
                                                              {"stage1.branches", {1, 60, 60, 256}},
                                                              {"stage1.pool", {1, 30, 30, 256}},
                                                              {"stage2.block1", {1, 30, 30, 256}},
                                                              {"stage2.block2", {1, 30, 30, 256}},
                                                              {"stage2.branches", {1, 28, 28, 512}},
                                                              {"stage2.pool", {1, 14, 14, 512}},
                                                              {"stage3.block1", {1, 14, 14, 512}},
                                                              {"stage3.block5", {1, 14, 14, 512}},
                                                              {"stage3.branches", {1, 12, 12, 1024}},
                                                              {"stage3.pool", {1, 6, 6, 1024}},
                                                              {"stage4.block3", {1, 6, 6, 1024}},
                                                              {"fc", {1, 1024}},
                                                              {"maxout", {1, 512}}};
  std::map<std::string, Shape> got;
  for (const LayerInfo& line : net.describe({1, 259, 259, 3})) got[line.name] = line.output;
  for (const auto& [name, shape] : table_1) EXPECT_EQ(got[name].str(), shape.str()) << name;
  EXPECT_FALSE(got.contains("stage3.block6"));
  EXPECT_FALSE(got.contains("stage5.block1"));
}

TEST(FaceResnet, HasThePapersCounts) {
  Network net = face_resnet({});
  std::map<std::string, std::int64_t> kinds;
  for (const Parameter* p : net.parameters()) {
    const std::string kind = p->name.starts_with("fc.weight") ? "fc" : p->name.substr(p->name.rfind('.') + 1);
    kinds[kind] += p->shape.elements();
    EXPECT_FALSE(p->value.defined()) << "counting must not allocate";
  }
  EXPECT_EQ(kinds["weight"], 89'105'088);
  EXPECT_EQ(kinds["fc"], 37'748'736);
  EXPECT_EQ(kinds["bias"], 2'944);
  EXPECT_EQ(kinds["a"], 14'464);
  const Totals t = totals(net, 259);
  EXPECT_EQ(t.parameters, 126'871'232);
  EXPECT_EQ(t.macs, 14'024'638'464);
}

TEST(FaceResnet, HasTheSmallNetworksCounts) {
  Network quarter = face_resnet({.input = 64, .width = 0.25, .padding = Padding::same});
  EXPECT_EQ(totals(quarter, 64).parameters, 6'623'664);
  EXPECT_EQ(totals(quarter, 64).macs, 73'842'688);
  Network eighth = face_resnet({.input = 64, .width = 0.125, .padding = Padding::same});
  EXPECT_EQ(totals(eighth, 64).parameters, 1'920'152);
  EXPECT_EQ(totals(eighth, 64).macs, 19'030'016);
}

TEST(FaceResnet, TheDemoNetworkEndsInAMapOf2x2) {
  Network net = face_resnet({.input = 40,
                             .width = 0.25,
                             .embedding = 128,
                             .blocks = {1, 2, 3},
                             .branches = {3, 1},
                             .padding = Padding::same});
  std::map<std::string, Shape> got;
  for (const LayerInfo& line : net.describe({1, 40, 40, 3})) got[line.name] = line.output;
  EXPECT_EQ(got["stage3.block3"].str(), "[1, 2, 2, 128]");
  EXPECT_EQ(got["maxout"].str(), "[1, 128]");
}

TEST(FaceResnet, NamesFollowTheLayerPath) {
  Network net = face_resnet({});
  std::vector<std::string> names;
  for (const Parameter* p : net.parameters()) names.push_back(p->name);
  for (const char* name :
       {"stem.conv1.weight", "stem.conv1.bias", "stem.arfa1.a", "stage1.block1.projection.weight",
        "stage1.branches.conv3.bias", "stage1.branches.arfa.k", "stage3.block2.conv1.weight",
        "stage3.block2.arfa2.k", "fc.weight", "fc.bias"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end()) << "names must be unique";
}

TEST(FaceResnet, OnlyWeightsDecayAndArfaHasItsFloor) {
  Network net = face_resnet({.input = 64, .width = 0.125, .padding = Padding::same});
  for (const Parameter* p : net.parameters()) {
    EXPECT_EQ(p->decay, p->name.ends_with(".weight")) << p->name;
    EXPECT_EQ(p->trainable, !p->name.ends_with(".k")) << p->name;
    EXPECT_EQ(p->floor == 0.1, p->name.ends_with(".a")) << p->name;
  }
}

TEST(FaceResnet, ForwardHasTheInferredShapeWithEitherShortcut) {
  for (const Shortcut shortcut : {Shortcut::projection, Shortcut::zero_pad}) {
    Network net = face_resnet({.input = 33,
                               .width = 0.0625,
                               .embedding = 6,
                               .blocks = {1, 1},
                               .branches = {3},
                               .padding = Padding::same,
                               .shortcut = shortcut});
    Rng rng(1);
    net.initialise(rng);
    const Var y = net.forward(Var(Tensor::full({2, 33, 33, 3}, Real(0.1))));
    EXPECT_EQ(y.shape().str(), "[2, 6]");
  }
}

TEST(FaceResnet, SaysWhenTheInputIsTooSmall) {
  const std::string text = error_text([] { face_resnet({.input = 20}); });
  EXPECT_NE(text.find("smaller than the filter"), std::string::npos) << text;
}

}  // namespace
}  // namespace dg
