// The fast CPU backend and each of its convolution kernels against the reference backend, and what holds for
// every backend: the adjoint identity <g, conv(x, w)> = <dx, x> = <dw, w>, and the same bits from two runs.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "device/parity.h"
#include "tensor/allocator.h"
#include "tensor/backend.h"
#include "tensor/cpu/convolution.h"
#include "tensor/cpu/winograd.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

// The three passes, as one implementation does them.
struct Kernel {
  std::string name;
  std::function<void(const float* x, const float* w, const float* bias, float* y)> forward;
  std::function<void(const float* dy, const float* w, float* dx)> backward_input;
  std::function<void(const float* x, const float* dy, float* dw)> backward_weight;
};

Kernel kernel_of(Backend& backend, const ConvGeometry& g) {
  return {backend.name(),
          [&backend, g](const float* x, const float* w, const float* bias, float* y) {
            backend.conv_forward(g, x, w, bias, y);
          },
          [&backend, g](const float* dy, const float* w, float* dx) {
            backend.conv_backward_input(g, dy, w, dx);
          },
          [&backend, g](const float* x, const float* dy, float* dw) {
            backend.conv_backward_weight(g, x, dy, dw);
          }};
}

// The backend, and the kernels it could have chosen, whatever it chose (pixel pairs on small images: slow
// tests).
std::vector<Kernel> kernels_for(const ConvGeometry& g) {
  std::vector<Kernel> kernels = {kernel_of(fast_cpu_backend(), g)};
  if (g.macs() == 0) return kernels;
  for (const cpu::ConvKernel& kernel : cpu::conv_kernels()) {
    using namespace std::placeholders;
    const bool every_pass = kernel.can(g, ConvPass::forward) && kernel.can(g, ConvPass::backward_input) &&
                            kernel.can(g, ConvPass::backward_weight);
    if (!every_pass || (kernel.name == std::string("pixel_pairs") && g.h * g.w > 20)) continue;
    kernels.push_back({kernel.name, std::bind(kernel.forward, g, _1, _2, _3, _4),
                       std::bind(kernel.backward_input, g, _1, _2, _3),
                       std::bind(kernel.backward_weight, g, _1, _2, _3)});
  }
  return kernels;
}

struct Convolution {
  Numbers y, y_without_bias, dx, dw;
};

// All passes into buffers full of NaN, so that an output nobody wrote shows.
Convolution convolve(const Kernel& kernel, const Numbers& x, const Numbers& w, const Numbers& bias,
                     const Numbers& dy) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Convolution c{Numbers(dy.size(), nan), Numbers(dy.size(), nan), Numbers(x.size(), nan),
                Numbers(w.size(), nan)};
  kernel.forward(x.data(), w.data(), bias.data(), c.y.data());
  kernel.forward(x.data(), w.data(), nullptr, c.y_without_bias.data());
  kernel.backward_input(dy.data(), w.data(), c.dx.data());
  kernel.backward_weight(x.data(), dy.data(), c.dw.data());
  return c;
}

void check(const ConvGeometry& g) {
  Rng rng(7, static_cast<std::uint64_t>(g.macs()));
  const Index pixels = g.n * g.out_h() * g.out_w();
  const Numbers x = normal(g.n * g.h * g.w * g.c, rng), w = normal(g.k * g.r * g.s * g.c, rng),
                bias = normal(g.k, rng), dy = normal(pixels * g.k, rng);
  const Convolution ref = convolve(kernel_of(reference_backend(), g), x, w, bias, dy);
  for (const Kernel& kernel : kernels_for(g)) {
    const Convolution fast = convolve(kernel, x, w, bias, dy), again = convolve(kernel, x, w, bias, dy);
    const std::string name = fmt::format("{}, {}", kernel.name, g.str());
    expect_close(fast.y, ref.y, g.r * g.s * g.c, "forward with bias, " + name);
    expect_close(fast.y_without_bias, ref.y_without_bias, g.r * g.s * g.c, "forward, " + name);
    expect_close(fast.dx, ref.dx, g.r * g.s * g.k, "by input, " + name);
    expect_close(fast.dw, ref.dw, pixels, "by weight, " + name);

    const double through_y = dot(dy, fast.y_without_bias), through_x = dot(fast.dx, x),
                 through_w = dot(fast.dw, w);
    const double scale = std::sqrt(dot(dy, dy) * dot(fast.y_without_bias, fast.y_without_bias));
    EXPECT_NEAR(through_y, through_x, 1e-5 * scale) << name;
    EXPECT_NEAR(through_y, through_w, 1e-5 * scale) << name;

    EXPECT_EQ(fast.y, again.y) << name;
    EXPECT_EQ(fast.dx, again.dx) << name;
    EXPECT_EQ(fast.dw, again.dw) << name;
  }
}

TEST(ConvolutionParity, ThreeByThreeOverStridesPadsDilationsAndOddChannels) {
  for (const Index stride : {1, 2}) {
    for (const Index pad : {0, 1, 2}) {
      for (const Index dilation : {1, 2, 3}) {
        for (const auto& [c, k] : {std::pair{1, 3}, {3, 16}, {5, 17}, {17, 5}, {16, 32}, {40, 3}}) {
          ConvGeometry g{.n = 3, .h = 9, .w = 7, .c = c, .k = k, .r = 3, .s = 3};
          g.stride = stride;
          g.pad = pad;
          g.dilation = dilation;
          check(g);
          g.h = 4;
          g.w = 5;
          if (g.h + 2 * pad > 2 * dilation) check(g);
        }
      }
    }
  }
}

TEST(ConvolutionParity, ImageSizesFromOnePixelUp) {
  for (Index size = 1; size <= 13; ++size) {
    for (const Index pad : {0, 1, 2}) {
      if (size + 2 * pad < 3) continue;
      check({.n = 5, .h = size, .w = size, .c = 16, .k = 24, .r = 3, .s = 3, .pad = pad});
      check({.n = 1, .h = size, .w = 14 - size, .c = 17, .k = 5, .r = 3, .s = 3, .pad = 1});
    }
  }
}

TEST(ConvolutionParity, OtherFilterSizes) {
  check({.n = 2, .h = 9, .w = 8, .c = 16, .k = 16, .r = 5, .s = 5, .pad = 2});
  check({.n = 2, .h = 9, .w = 13, .c = 5, .k = 17, .r = 5, .s = 5});
  check({.n = 2, .h = 9, .w = 11, .c = 17, .k = 6, .r = 5, .s = 5, .pad = 3, .dilation = 2});
  check({.n = 2, .h = 9, .w = 8, .c = 3, .k = 16, .r = 5, .s = 5, .stride = 2, .pad = 2});
  check({.n = 2, .h = 12, .w = 12, .c = 3, .k = 8, .r = 7, .s = 7, .stride = 2, .pad = 3});
  check({.n = 2, .h = 5, .w = 6, .c = 8, .k = 9, .r = 1, .s = 1});
  check({.n = 2, .h = 5, .w = 6, .c = 16, .k = 32, .r = 1, .s = 1, .stride = 2});
  check({.n = 2, .h = 6, .w = 9, .c = 4, .k = 6, .r = 2, .s = 3, .pad = 1});
  check({.n = 2, .h = 2, .w = 2, .c = 32, .k = 16, .r = 5, .s = 5, .pad = 2});
  check({.n = 3, .h = 2, .w = 2, .c = 3, .k = 3, .r = 3, .s = 3, .stride = 2, .pad = 3});
}

// Winograd shares its work by tiles (several blocks a thread) or by blocks of filters, depending on the
// sizes.
TEST(ConvolutionParity, ManyImagesManyChannelsAndOtherThreadCounts) {
  for (const int count : {0, 1, 3}) {
    set_threads(count);
    check({.n = 30, .h = 10, .w = 10, .c = 16, .k = 24, .r = 3, .s = 3, .pad = 1});
    check({.n = 12, .h = 13, .w = 10, .c = 16, .k = 16, .r = 5, .s = 5, .pad = 2});
    check({.n = 81, .h = 2, .w = 2, .c = 32, .k = 48, .r = 3, .s = 3, .pad = 1});
    check({.n = 9, .h = 5, .w = 5, .c = 96, .k = 112, .r = 3, .s = 3, .pad = 1});
    check({.n = 6, .h = 20, .w = 20, .c = 70, .k = 37, .r = 3, .s = 3, .pad = 1});
    check({.n = 2, .h = 7, .w = 9, .c = 150, .k = 270, .r = 3, .s = 3});
  }
  set_threads(0);
  check({.n = 2, .h = 6, .w = 6, .c = 272, .k = 256, .r = 3, .s = 3, .pad = 1});
}

// Images of two pixels a side have a transform of their own.
TEST(ConvolutionParity, TwoPixelsASide) {
  for (const Index dilation : {1, 2, 3}) {
    for (Index h = 1; h <= 2 * dilation; ++h) {
      for (const Index w : {dilation, 2 * dilation}) {
        check({.n = 7,
               .h = h,
               .w = w,
               .c = 17,
               .k = 24,
               .r = 3,
               .s = 3,
               .pad = dilation,
               .dilation = dilation});
      }
    }
  }
  for (const int count : {0, 1, 3}) {
    set_threads(count);
    check({.n = 243, .h = 2, .w = 2, .c = 40, .k = 33, .r = 3, .s = 3, .pad = 1});
    check({.n = 3, .h = 2, .w = 2, .c = 150, .k = 270, .r = 3, .s = 3, .pad = 1});
  }
  set_threads(0);
}

// The sizes above must have met every transform there is.
TEST(ConvolutionParity, EveryTileIsTheCheapestSomewhere) {
  const auto tile = [](Index n, Index size, Index filter) {
    return cpu::winograd_cost({.n = n, .h = size, .w = size, .c = 16, .k = 16, .r = filter, .s = filter},
                              ConvPass::backward_input)
        .tile;
  };
  EXPECT_EQ(tile(1, 4, 3), 2);
  EXPECT_EQ(tile(5, 3, 3), 3);
  EXPECT_EQ(tile(9, 4, 3), 4);
  EXPECT_EQ(tile(30, 10, 3), 5);
  EXPECT_EQ(tile(81, 12, 3), 6);
  EXPECT_EQ(tile(2, 9, 5), 4);
  EXPECT_EQ(tile(2, 9, 7), 0);
}

// Root mean square of the error against double, relative to the result's own: the figures of
// docs/performance.md
// (--gtest_filter='*ErrorOfEveryTile*' prints them). Larger tiles lose digits.
TEST(ConvolutionParity, ErrorOfEveryTile) {
  const auto error = [](const Numbers& got, const Numbers& ref) {
    double wrong = 0, whole = 0;
    for (std::size_t i = 0; i < ref.size(); ++i) {
      wrong += (got[i] - static_cast<double>(ref[i])) * (got[i] - static_cast<double>(ref[i]));
      whole += static_cast<double>(ref[i]) * ref[i];
    }
    return std::sqrt(wrong / whole);
  };
  struct Case {
    Index n, size, filter, tile;
    double most;
  };
  for (const Case& c : {Case{81, 2, 3, 2, 5e-7},
                        {1, 4, 3, 2, 5e-7},
                        {5, 3, 3, 3, 2.5e-6},
                        {9, 4, 3, 4, 3e-6},
                        {30, 10, 3, 5, 5e-6},
                        {81, 12, 3, 6, 8e-6},
                        {9, 9, 5, 4, 5e-6}}) {
    const ConvGeometry g{.n = c.n,
                         .h = c.size,
                         .w = c.size,
                         .c = 64,
                         .k = 64,
                         .r = c.filter,
                         .s = c.filter,
                         .pad = c.filter / 2};
    ASSERT_EQ(cpu::winograd_cost(g, ConvPass::forward).tile, c.tile);
    Rng rng(3, static_cast<std::uint64_t>(g.macs()));
    const Numbers x = normal(g.n * g.h * g.w * g.c, rng), w = normal(g.k * g.r * g.s * g.c, rng),
                  bias = normal(g.k, rng), dy = normal(g.n * g.h * g.w * g.k, rng);
    const Convolution ref = convolve(kernel_of(reference_backend(), g), x, w, bias, dy);
    for (const Kernel& kernel : kernels_for(g)) {
      if (kernel.name != "winograd" && kernel.name != "direct") continue;
      const Convolution got = convolve(kernel, x, w, bias, dy);
      const double y = error(got.y_without_bias, ref.y_without_bias), dx = error(got.dx, ref.dx),
                   dw = error(got.dw, ref.dw);
      fmt::print("F({}x{}, {}x{}) {:<9} forward {:.1e}  by input {:.1e}  by weight {:.1e}\n", c.tile, c.tile,
                 c.filter, c.filter, kernel.name, y, dx, dw);
      EXPECT_LT(std::max({y, dx, dw}), kernel.name == "direct" ? 3e-6 : c.most) << g.str();
    }
  }
}

TEST(ConvolutionParity, NoImagesOrNoChannels) {
  check({.n = 0, .h = 5, .w = 5, .c = 16, .k = 16, .r = 3, .s = 3, .pad = 1});
  check({.n = 0, .h = 2, .w = 2, .c = 3, .k = 5, .r = 5, .s = 5, .pad = 2});
  check({.n = 2, .h = 5, .w = 5, .c = 0, .k = 4, .r = 3, .s = 3, .pad = 1});
  check({.n = 2, .h = 5, .w = 5, .c = 4, .k = 0, .r = 3, .s = 3, .pad = 1});
}

TEST(ConvolutionParity, SteadyStepsTakeNoMemoryFromTheSystem) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the allocator passes every request through";
#endif
  const auto step = [] {
    check({.n = 30, .h = 10, .w = 10, .c = 16, .k = 16, .r = 3, .s = 3, .pad = 1});
    check({.n = 30, .h = 10, .w = 10, .c = 3, .k = 16, .r = 5, .s = 5, .stride = 2, .pad = 2});
    check({.n = 30, .h = 2, .w = 2, .c = 16, .k = 16, .r = 3, .s = 3, .pad = 1});
  };
  step();
  const std::size_t calls = allocator_statistics(Device::cpu).system_calls;
  step();
  EXPECT_EQ(allocator_statistics(Device::cpu).system_calls, calls);
}

}  // namespace
}  // namespace dg
