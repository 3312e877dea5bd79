// doppel bench as others script it: keys, and figures that fit together. How fast anything is, is not tested.

#include "tests/apps/json.h"

namespace dg {
namespace {

const Words toy{"--width", "0.0625", "--batch", "3", "--threads", "1"};

Words words(Words first, const Words& more = {}) {
  first.insert(first.begin(), "bench");
  first.insert(first.end(), toy.begin(), toy.end());
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

Json printed_json(const Words& arguments) {
  const Finished f = doppel(arguments);
  EXPECT_EQ(f.code, 0) << f.err;
  return Json::parse(f.out);
}

TEST(Bench, StepCountsWhatTheNetworkIsAndTakesItsTimeApart) {
  const Json j = printed_json(words({"step", "small"}, {"--classes", "20", "--steps", "2", "--json", "-"}));
  EXPECT_EQ(j["batch"], 3);
  EXPECT_EQ(j["classes"], 20);
  EXPECT_EQ(j["head_parameters"], 20 * 512 + 20 + 1);
  EXPECT_DOUBLE_EQ(j["gflop_per_step"].get<double>(), 6e-9 * 3 * j["macs_per_image"].get<double>());
  EXPECT_NEAR(j["images_per_second"].get<double>(), 3e3 / j["ms"].get<double>(), 1e-6);
  EXPECT_NEAR(j["share_of_peak"].get<double>(), j["gflops"].get<double>() / j["peak_gflops"].get<double>(),
              1e-9);
  EXPECT_GT(j["resident_mb"], j["tensor_mb"]);
  EXPECT_NEAR(j["loss_first"].get<double>(), std::log(20.0), 0.5) << "a fresh classifier knows nothing";

  const Json& profile = j["profile"];
  double parts = 0, operations = 0;
  std::map<std::string, double> by_part;
  for (const auto& [name, ms] : profile["parts"].items()) parts += ms.get<double>();
  for (const Json& line : profile["operations"]) {
    const double ms = line["forward_ms"].get<double>() + line["backward_ms"].get<double>();
    operations += ms;
    by_part[line["part"]] += ms;
  }
  EXPECT_NEAR(parts, profile["ms"].get<double>(), 1e-6);
  EXPECT_NEAR(operations, profile["ms"].get<double>(), 1e-6);
  for (const char* part : {"forward", "by_input", "by_weight", "elementwise", "head", "optimiser", "rest"}) {
    EXPECT_GT(profile["parts"][part], 0) << part;
    EXPECT_NEAR(profile["parts"][part].get<double>(), by_part[part], 1e-6) << part;
  }
  EXPECT_EQ(profile["parts"]["loader"], 0) << "there are no photos";
}

TEST(Bench, TheWorksAreThoseOfThePaper) {
  const Json small = printed_json({"bench", "step", "small", "--batch", "1", "--classes", "20000", "--steps",
                                   "1", "--threads", "1", "--json", "-"});
  EXPECT_EQ(small["network_parameters"], 6'623'664);
  EXPECT_EQ(small["head_parameters"], 10'260'001);
  EXPECT_EQ(small["macs_per_image"], 73'842'688 + 20'000 * 512);
}

TEST(Bench, TheTableGoesToStdoutAndTheJsonToAFile) {
  const fs::path file = fresh_folder("bench_json") / "step.json";
  const Finished f =
      doppel(words({"step", "small"}, {"--classes", "20", "--steps", "1", "--json", file.string()}));
  ASSERT_EQ(f.code, 0) << f.err;
  for (const char* text : {"images/s", "by_weight", "softmax_cross_entropy", "MB"})
    EXPECT_TRUE(contains(f.out, text));
  EXPECT_EQ(Json::parse(file_text(file))["work"], "small");
}

TEST(Bench, ConvolutionTriesEveryPassAndMarksTheRule) {
  const Json j = printed_json(words({"convolution", "small"}, {"--repeats", "1", "--json", "-"}));
  int convolutions = 0;
  for (const Json& c : j["convolutions"]) {
    convolutions += c["times"].get<int>();
    for (const char* pass : {"forward", "by_input", "by_weight"}) {
      EXPECT_TRUE(c[pass]["ms"].contains("pixel_pairs"));
      EXPECT_TRUE(c[pass]["ms"].contains(c[pass]["rule"].get<std::string>())) << c;
      EXPECT_EQ(c[pass]["ms"].contains("winograd"), c["stride"] == 1 && c["filter"] > 1) << c;
    }
  }
  EXPECT_EQ(convolutions, 2 + 11 * 2 + 1 + 3 + 2 + 1) << "stem, residual blocks, projection, branches";
  for (const char* pass : {"forward", "by_input", "by_weight"})
    EXPECT_GE(j["sum"][pass]["rule_ms"], j["sum"][pass]["fastest_ms"]);
}

TEST(Bench, LoaderCountsPhotosPerCore) {
  const Json j = printed_json({"bench", "loader", "--size", "32", "--input", "24", "--photos", "2",
                               "--rounds", "2", "--seconds", "0.01", "--workers", "2", "--json", "-"});
  EXPECT_GT(j["images_per_second_per_core"], 0);
  EXPECT_GT(j["decode_only_per_core"], j["images_per_second_per_core"]);
  EXPECT_GT(j["images_per_second"], j["images_per_second_per_core"]);
}

TEST(Bench, MiningComparesStepsWithAndWithout) {
  const Json j =
      printed_json(words({"mining", "small"}, {"--classes", "20", "--rounds", "3", "--json", "-"}));
  EXPECT_GT(j["on_ms"], 0);
  EXPECT_GT(j["off_ms"], 0);
  EXPECT_LE(j["added_lower"], j["added"]);
  EXPECT_LE(j["added"], j["added_upper"]);
}

TEST(Bench, ImpossibleRequestsAreRefused) {
  EXPECT_NE(doppel({"bench"}).code, 0);
  EXPECT_NE(doppel({"bench", "step", "medium"}).code, 0);
  const Finished f = doppel(words({"step", "small"}, {"--classes", "0"}));
  EXPECT_NE(f.code, 0);
  EXPECT_NE(f.err, "");
}

}  // namespace
}  // namespace dg
