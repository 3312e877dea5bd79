#include "layers/residual_block.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

TEST(ResidualBlock, MayNotLoseChannels) {
  for (const Shortcut shortcut : {Shortcut::projection, Shortcut::zero_pad}) {
    EXPECT_EQ(error_text([&] { ResidualBlock("block", 8, 4, shortcut); }),
              "[residual_block] block must not lose channels, got 8 -> 4");
    EXPECT_EQ(error_text([&] { ResidualBlock("block", 4, 4, shortcut); }), "no error");
    EXPECT_EQ(error_text([&] { ResidualBlock("block", 4, 8, shortcut); }), "no error");
  }
}

}  // namespace
}  // namespace dg
