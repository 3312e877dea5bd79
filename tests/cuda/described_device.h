// Cards that are only described (devices/), and plans for them.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tensor/cuda/convolution_plan.h"

namespace dg::cuda {

inline const std::filesystem::path root = DG_SOURCE_DIR;
inline const std::vector<std::string> cards = {"t4", "a100", "h100"};
inline constexpr std::array passes = {ConvPass::forward, ConvPass::backward_input, ConvPass::backward_weight};
inline constexpr CudaPolicy strict = {.tf32 = false}, tf32 = {};

/// The description of a card: JSON.
inline std::string profile(const std::string& card) {
  std::ifstream file(root / "tests/cuda/devices" / (card + ".json"));
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << card;
  return text.str();
}

/// A card without the card.
class Described {
 public:
  explicit Described(const std::string& card) : properties_(device_properties(profile(card))) {}
  ConvolutionPlan plan(ConvPass pass, const ConvGeometry& g, const CudaPolicy& policy = {}) const {
    return {pass, g, policy, {.properties = &properties_}};
  }

 private:
  Node properties_;
};

}  // namespace dg::cuda
