// doppel bench samplers: figures that fit together. How fast anything is, is not tested.
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace dg {
namespace {

TEST(BenchSamplers, CountsPhotosAndBytesAndAddsUp) {
  const Finished f = doppel({"bench", "samplers", "--classes", "300,600", "--step-ms", "81", "--embedding",
                             "16", "--photos", "27", "--rounds", "3", "--threads", "1", "--json", "-"});
  ASSERT_EQ(f.code, 0) << f.err;
  const auto j = nlohmann::json::parse(f.out);
  ASSERT_EQ(j["sizes"].size(), 2u);
  for (const auto& size : j["sizes"]) {
    const double classes = size["classes"];
    EXPECT_EQ(size["step_measured"], false);
    EXPECT_NEAR(size["photo_ms"].get<double>(), 1.0 / 3, 1e-9) << "a third of a step of 81 photos";
    ASSERT_EQ(size["methods"].size(), 4u);
    const auto &random = size["methods"][0], &mining = size["methods"][1], &hard = size["methods"][2],
               &graph = size["methods"][3];
    EXPECT_EQ(random["extra_ms"], 0);
    EXPECT_EQ(mining["bytes_per_class"], 4) << "one number per class (section 3.2)";
    EXPECT_EQ(mining["photos_per_step"], 0);
    EXPECT_EQ(hard["photos_per_step"], 4 * 27 * 2);
    EXPECT_NEAR(hard["embed_ms"].get<double>(), 216 / 3.0, 1e-9);
    EXPECT_EQ(hard["bytes_per_class"], 0);
    EXPECT_NEAR(graph["photos_per_step"].get<double>(), 2 * classes / (classes * 27 / 81), 1e-9);
    EXPECT_EQ(graph["bytes_per_class"], 4 * 26) << "all but one of the 27 classes of a batch";
    EXPECT_EQ(graph["peak_bytes_per_class"], 4 * 26 + 2 * 4 * 16);
    for (const auto& l : size["methods"]) {
      const double sum = l["choose_ms"].get<double>() - random["choose_ms"].get<double>() +
                         l["learn_ms"].get<double>() + l["scores_ms"].get<double>() +
                         l["embed_ms"].get<double>() + l["graph_ms"].get<double>();
      EXPECT_NEAR(l["extra_ms"].get<double>(), sum, 1e-9);
      EXPECT_NEAR(l["step_share"].get<double>(), sum / 81, 1e-9);
    }
  }
}

TEST(BenchSamplers, PrintsATable) {
  const Finished f = doppel({"bench", "samplers", "--classes", "100", "--step-ms", "10", "--embedding", "8",
                             "--rounds", "1", "--threads", "1"});
  ASSERT_EQ(f.code, 0) << f.err;
  for (const char* text :
       {"100 classes", "random", "doppelganger", "hard_class", "class_graph", "bytes/class"})
    EXPECT_TRUE(contains(f.out, text)) << text;
}

}  // namespace
}  // namespace dg
