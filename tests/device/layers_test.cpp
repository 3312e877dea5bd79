// Layers, the tiny face_resnet, LSUV and the centring of the embedding on the device.
#include "device/networks.h"
#include "layers/lsuv.h"
#include "layers/pooling.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

struct Setting {
  const char* name;
  Shortcut shortcut;
  Padding padding;
};
constexpr Setting settings[] = {{"projection, same", Shortcut::projection, Padding::same},
                                {"zero_pad, same", Shortcut::zero_pad, Padding::same},
                                {"projection, valid", Shortcut::projection, Padding::valid}};

Shape image_shape(const Setting& s, Index photos) {
  const Index side = s.padding == Padding::same ? 16 : 43;
  return {photos, side, side, 3};
}

Tensor images(const Shape& shape, Device on) {
  Rng rng(8);
  return Tensor::from(shape, normal(shape.elements(), rng), on);
}

// Output and all gradients, the input's too.
template <class Forward>
Named outcome(const Var& x, const std::vector<Parameter*>& parameters, Forward forward) {
  const Var y = forward(x);
  Named out{{"output", y.value().to_vector()}};
  Rng rng(9);
  backward(y, Tensor::from(y.shape(), normal(y.value().size(), rng), x.device()));
  out.emplace_back("input", x.grad().to_vector());
  for (const Parameter* p : parameters) {
    if (p->trainable) out.emplace_back(p->name, p->value.grad().to_vector());
  }
  return out;
}

TEST(DeviceLayers, ForwardAndAllGradients) {
  struct Case {
    const char* name;
    Shape in;
    Index reduction;
    std::function<std::unique_ptr<Layer>()> make;
  };
  const std::vector<Case> cases{
      {"Conv2d",
       {2, 5, 6, 3},
       9 * 3 + 60,
       [] { return std::make_unique<Conv2d>("layer", Conv2dLayerOptions{.in = 3, .out = 5}); }},
      {"Linear", {3, 2, 2, 5}, 20 + 7, [] { return std::make_unique<Linear>("layer", 20, 7); }},
      {"Arfa", {2, 3, 3, 5}, 18, [] { return std::make_unique<Arfa>("layer", 5); }},
      {"ResidualBlock",
       {2, 5, 6, 4},
       4 * 9 * 4 + 60,
       [] { return std::make_unique<ResidualBlock>("layer", 4, 4); }},
      {"ResidualBlock",
       {2, 5, 6, 4},
       4 * 9 * 7 + 60,
       [] { return std::make_unique<ResidualBlock>("projection", 4, 7); }},
      {"ResidualBlock",
       {2, 5, 6, 4},
       4 * 9 * 7 + 60,
       [] { return std::make_unique<ResidualBlock>("zero_pad", 4, 7, Shortcut::zero_pad); }},
      {"DilatedBranches",
       {2, 7, 8, 4},
       9 * 11 + 112,
       [] {
         return std::make_unique<DilatedBranches>("same", 4, std::vector<Index>{5, 3, 3}, Padding::same);
       }},
      {"DilatedBranches",
       {2, 7, 8, 4},
       9 * 8 + 60,
       [] {
         return std::make_unique<DilatedBranches>("valid", 4, std::vector<Index>{5, 3}, Padding::valid);
       }},
      {"MaxPool", {2, 5, 6, 3}, 1, [] { return std::make_unique<MaxPool>("layer"); }},
      {"Maxout", {3, 8}, 1, [] { return std::make_unique<Maxout>("layer"); }},
  };
  for (const Case& c : cases) {
    compare(
        [&c](Device on) {
          Rng rng(10);
          const std::unique_ptr<Layer> layer = c.make();
          layer->initialise(rng, on);
          return outcome(Var(images(c.in, on), true), layer->parameters(),
                         [&layer](const Var& x) { return layer->forward(x); });
        },
        {.operation = c.name, .what = c.in.str(), .reduction = c.reduction, .products = true});
  }
}

TEST(DeviceFaceResnet, ForwardAndAllGradients) {
  for (const Setting& s : settings) {
    const Shape shape = image_shape(s, 3);
    Network sizes = tiny_network(s.shortcut, s.padding);
    compare(
        [&](Device on) {
          Rng rng(10);
          Network network = tiny_network(s.shortcut, s.padding);
          network.initialise(rng, on);
          return outcome(Var(images(shape, on), true), network.parameters(),
                         [&network](const Var& x) { return l2_normalize(network.forward(x)); });
        },
        {.operation = "face_resnet",
         .what = s.name,
         .reduction = gradient_reduction(sizes, shape),
         .products = true});
  }
}

// The results of LSUV and of the centring: the variances they report, every weight, bias and k, and the
// output.
TEST(DeviceFaceResnet, LsuvAndCentringOfTheEmbedding) {
  for (const Setting& s : {settings[0], settings[1]}) {
    const Shape shape = image_shape(s, 8);
    Network sizes = tiny_network(s.shortcut, s.padding);
    compare(
        [&](Device on) {
          Rng rng(11);
          Network network = tiny_network(s.shortcut, s.padding);
          network.initialise(rng, on);
          const Tensor x = images(shape, on);
          Named out;
          for (const LsuvLine& line : lsuv(network, x)) {
            EXPECT_NEAR(line.variance, 1, 1e-4) << line.name;
            out.emplace_back("variance of " + line.name, Numbers{static_cast<float>(line.variance)});
          }
          centre_embedding(network, x);
          for (const Parameter* p : network.parameters())
            out.emplace_back(p->name, p->value.value().to_vector());
          const NoGrad guard;
          out.emplace_back("output", network.forward(Var(x)).value().to_vector());
          return out;
        },
        {.operation = "lsuv",
         .what = s.name,
         .reduction = 2 * forward_reduction(sizes, shape) + shape.rows(),
         .products = true});
  }
}

}  // namespace
}  // namespace dg::test
