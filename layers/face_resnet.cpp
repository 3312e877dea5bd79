#include "layers/face_resnet.h"

#include <cmath>

#include "layers/pooling.h"

namespace dg {
inline namespace DG_WIDTH {
namespace {

// 128 + 64 + 64 of 256 for three branches, 256 + 256 of 512 for two, everything for one: the dense branch
// gets half (or all), the others share the rest.
std::vector<std::int64_t> split_channels(std::int64_t channels, std::int64_t branches) {
  if (branches == 1) return {channels};
  std::vector<std::int64_t> outs{channels / 2};
  for (std::int64_t i = 1; i < branches; ++i) outs.push_back(channels / 2 / (branches - 1));
  outs[0] += channels - channels / 2 - (branches - 1) * outs.back();
  return outs;
}

}  // namespace

Network face_resnet(const FaceResnetOptions& o) {
  const auto stages = o.blocks.size();
  require(o.input >= 1 && o.embedding >= 1 && stages >= 1, "face_resnet",
          "input and embedding must be >= 1 and blocks must name at least one stage, got input {}, embedding "
          "{}, {} stages",
          o.input, o.embedding, stages);
  require(o.branches.size() + 1 == stages, "face_resnet",
          "branches must have one entry between every two of the {} stages, got {}", stages,
          o.branches.size());
  const auto channels = [&](double table_1) {
    const double c = table_1 * o.width;
    require(c >= 1 && c == std::floor(c), "face_resnet", "width {} makes {} of Table 1's {} channels",
            o.width, c, table_1);
    return static_cast<std::int64_t>(c);
  };
  const std::int64_t stem = channels(64), stem_pad = o.padding == Padding::same ? 2 : 0;

  Network net;
  net.add<Conv2d>("stem.conv1", {.in = 3, .out = stem, .size = 5, .conv = {.stride = 2, .pad = stem_pad}});
  net.add<Arfa>("stem.arfa1", stem);
  net.add<Conv2d>("stem.conv2", {.in = stem, .out = stem, .size = 5, .conv = {.pad = stem_pad}});
  net.add<Arfa>("stem.arfa2", stem);
  net.add<MaxPool>("stem.pool");

  std::int64_t in = stem;
  for (std::size_t s = 0; s < stages; ++s) {
    const std::string stage = fmt::format("stage{}", s + 1);
    const std::int64_t width = channels(128 * std::exp2(static_cast<double>(s)));
    require(o.blocks[s] >= 1, "face_resnet", "every stage needs at least one block, got {}", o.blocks[s]);
    for (std::int64_t b = 1; b <= o.blocks[s]; ++b) {
      net.add<ResidualBlock>(fmt::format("{}.block{}", stage, b), b == 1 ? in : width, width, o.shortcut);
    }
    if (s + 1 == stages) break;
    in = 2 * width;
    const std::int64_t most = 1 + in / 2;  // half of the channels is for the others, one each at least
    require(o.branches[s] >= 1 && o.branches[s] <= most, "face_resnet",
            "the branches after stage {} must be 1 to {}, because they share {} channels, got {}", s + 1,
            most, in, o.branches[s]);
    net.add<DilatedBranches>(stage + ".branches", width, split_channels(in, o.branches[s]), o.padding);
    net.add<MaxPool>(stage + ".pool");
  }

  const Shape map = net.infer({1, o.input, o.input, 3}).output;
  net.add<Linear>("fc", map.elements(), 2 * o.embedding);
  net.add<Maxout>("maxout");
  return net;
}

}  // namespace DG_WIDTH
}  // namespace dg
