// The paper's claim in a minute, without images: known people are recognised almost without error, new ones
// are taken for look-alikes, and batches made of doppelgangers teach to tell those apart.
// World: a person is 24 numbers, those of a family of four plus 0.4 x their own. A photo is the person and 24
// nuisance numbers x 1.3, mixed by a fixed random network, 48 -> tanh(1.5 .) of 256 -> 192, plus noise.
// Task: from 50 photos each of 3,000 base people learn an embedding (three layers of 384 with ARFA, maxout to
// 128); recognise 600 novel people by one photo, among all 3,600. C@99: coverage at 99% precision.
// Arms: l2s, L2-Softmax on random batches; random, with the margin loss; mining, on batches of doppelganger
// mining (9 of 27 classes random); families, with the true families as the list: what mining looks for.
#include <CLI/CLI.hpp>
#include <cmath>
#include <numeric>

#include "evaluation/one_shot.h"
#include "evaluation/prototypes.h"
#include "examples/seed_table.h"
#include "layers/arfa.h"
#include "layers/lsuv.h"
#include "layers/pooling.h"
#include "losses/joint.h"
#include "losses/l2_softmax.h"
#include "losses/margin.h"
#include "optim/nesterov_sgd.h"
#include "optim/sgdr.h"
#include "sampling/doppelganger_sampler.h"
#include "tensor/parallel.h"
#include "tensor/stopwatch.h"
#include "training/class_means.h"

using namespace dg;

namespace {

constexpr int base = 3000, people = 3600, own = 24, inner = 256, pixels = 192, width = 384, embedding = 128;

struct Photos {
  std::vector<float> pixels;    // [photos, 192]
  std::vector<ClassId> person;  // of each photo
};

struct World {  // the same in every run
  std::vector<int> family = std::vector<int>(people);
  std::vector<double> traits = std::vector<double>(people * own);
  Tensor mix_in{{2 * own, inner}}, mix_out{{inner, pixels}};

  World() {
    Rng rng(1234);
    for (int p = 0; p < people; ++p) {  // everybody gets a seat at a table of four
      const auto other = static_cast<int>(rng.below(static_cast<std::uint64_t>(p) + 1));
      family[p] = family[other];
      family[other] = p / 4;
    }
    std::vector<double> shared(people / 4 * own);
    for (double& v : shared) v = rng.normal();
    for (int i = 0; i < people * own; ++i) {  // scaled to unit variance
      traits[i] = (shared[family[i / own] * own + i % own] + 0.4 * rng.normal()) / std::sqrt(1 + 0.4 * 0.4);
    }
    for (const Tensor& mix : {mix_in, mix_out}) {
      const double scale = 1 / std::sqrt(static_cast<double>(mix.shape()[0]));
      for (int i = 0; i < mix.size(); ++i) mix.data()[i] = static_cast<float>(scale * rng.normal());
    }
  }

  Photos photos(int first, int last, int each, Rng rng) const {  // of the people first..last-1
    Photos out;
    for (int p = first; p < last; ++p) {
      const Tensor in({each, 2 * own});
      for (int i = 0; i < each * 2 * own; ++i) {
        const int d = i % (2 * own);
        in.data()[i] = static_cast<float>(d < own ? traits[p * own + d] : 1.3 * rng.normal());
      }
      const Tensor h = matmul(Var(in), Var(mix_in)).value();
      for (int i = 0; i < each * inner; ++i) h.data()[i] = std::tanh(1.5f * h.data()[i]);
      for (const float v : matmul(Var(h), Var(mix_out)).value().to_vector()) {
        out.pixels.push_back(v / 0.6f + static_cast<float>(0.05 * rng.normal()));
      }
      out.person.insert(out.person.end(), each, p);
    }
    return out;
  }
};

Tensor rows_of(const Photos& photos, std::span<const PhotoId> rows) {
  const Tensor x({static_cast<std::int64_t>(rows.size()), pixels});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(photos.pixels.data() + rows[i] * pixels, pixels, x.data() + i * pixels);
  }
  return x;
}

std::vector<float> embed(Network& net, const Photos& photos, std::span<const PhotoId> rows) {
  const NoGrad guard;
  constexpr std::size_t at_once = 600;  // photos: enough for fast products
  std::vector<float> all;
  for (; !rows.empty(); rows = rows.subspan(std::min(at_once, rows.size()))) {
    const Tensor x = rows_of(photos, rows.first(std::min(at_once, rows.size())));
    const std::vector<float> e = l2_normalize(net.forward(Var(x))).value().to_vector();
    all.insert(all.end(), e.begin(), e.end());
  }
  return all;
}

std::vector<float> embed(Network& net, const Photos& photos) {
  std::vector<PhotoId> all(photos.person.size());
  std::iota(all.begin(), all.end(), 0);
  return embed(net, photos, all);
}

OneShotResult evaluate(Network& net, const World& world, const Photos& train) {
  Embeddings prototypes = class_prototypes({embed(net, train), embedding}, train.person, base);
  const std::vector<float> enrolled = embed(net, world.photos(base, people, 1, Rng(99, 1)));
  prototypes.values.insert(prototypes.values.end(), enrolled.begin(), enrolled.end());  // of one photo each
  const Photos fresh = world.photos(base, people, 20, Rng(99, 2)),
               known = world.photos(0, base, 2, Rng(99, 3));
  return one_shot(prototypes, {{embed(net, fresh), embedding}, fresh.person},
                  {{embed(net, known), embedding}, known.person});
}

struct Arm {
  double margin;          // weight of the margin loss
  int random_classes;     // N_r, of 27
  bool families = false;  // the doppelganger list is the true families, not mined
};
const std::map<std::string, Arm> arms{
    {"l2s", {0, 27}}, {"random", {1, 27}}, {"mining", {1, 9}}, {"families", {1, 9, true}}};

// How the classifier starts: at zero, normal with deviation 0.01, or at class means of 8 photos and length
// 0.3.
const std::vector<std::string> starts{"zero", "normal", "means"};

// In percent but loss and seconds. Loss and violating (share of negative pairs): over the last 500 steps.
const std::vector<std::string> figures{"C@99", "C@99.9",    "novel top-1",    "base top-1",
                                       "loss", "violating", "list in family", "seconds"};

std::vector<double> run(const World& world, const Photos& photos, const Arm& arm, const std::string& start,
                        int seed, int steps) {
  const Stopwatch time;
  Network net;
  for (const std::string name : {"layer1", "layer2", "layer3"}) {
    net.add<Linear>(name, name == "layer1" ? pixels : width, width);
    net.add<Arfa>(name + ".arfa", width);
  }
  net.add<Linear>("fc", width, 2 * embedding);
  net.add<Maxout>("maxout");
  JointSupervision losses;
  losses
      .add<L2Softmax>({},
                      L2SoftmaxOptions{
                          .classes = base, .embedding = embedding, .weight_sd = start == "normal" ? 0.01 : 0})
      .add<MarginLoss>({.weight = arm.margin, .start = 1000});
  Rng weights(seed, 1), pairs(seed, 2);
  net.initialise(weights);
  losses.initialise(weights);
  std::vector<PhotoId> firsts;  // one photo of each
  for (int c = 0; c < base; ++c) firsts.push_back(50 * c);
  lsuv(net, rows_of(photos, firsts));
  centre_embedding(net, rows_of(photos, firsts));
  const IdentityIndex index = IdentityIndex::from_labels(photos.person, base);
  if (start == "means") {
    Parameter& weight = *losses.parts()[0].loss->class_weight();
    const auto rows = class_mean_rows(index, 8, 0.3, [&](std::span<const PhotoId> chosen) {
      return Embeddings{embed(net, photos, chosen), embedding};
    });
    weight.set(Tensor::from(weight.shape, rows));
  }
  std::vector<Parameter*> parameters = net.parameters();
  for (Parameter* p : losses.parameters()) parameters.push_back(p);
  NesterovSgd optimiser(parameters, {.momentum = 0.9, .decay = 5e-4, .clip_norm = 1});
  const Sgdr schedule({.rate = 0.05, .final_rate = 1e-5, .steps = steps, .warmup = 500});

  DoppelgangerList list(base);
  for (ClassId c = 0; arm.families && c < base; ++c) {  // a ring through each family
    ClassId next = (c + 1) % base;
    while (world.family[next] != world.family[c]) next = (next + 1) % base;
    if (next != c) list.observe_classes({&c, 1}, {&next, 1});
  }
  DoppelgangerSampler sampler(index, list, ClassCounts::fixed(81, 27, 3), arm.random_classes, Rng(seed, 3));
  double softmax = 0, violating = 0, in_family = 0;
  for (int t = 0; t < steps; ++t) {
    const Batch batch = sampler.next();
    const Var e = l2_normalize(net.forward(Var(rows_of(photos, batch.photos))));
    const JointLoss loss = losses(e, Array<std::int32_t>::from(batch.labels), pairs, t);
    backward(loss.total);
    optimiser.step(schedule.rate(t));
    const auto& [class_id, logit, tied] = loss.hardest;
    if (!arm.families)
      list.observe({batch.labels, class_id.to_vector(), logit.to_vector(), tied.to_vector()});
    if (t + 500 < steps) continue;
    softmax += static_cast<double>(loss.parts[0].item()) / 500;
    violating += read_pair_statistics(loss.pair_sums).negative.violating / 5;
  }
  for (ClassId c = 0; c < base; ++c) in_family += list[c] >= 0 && world.family[list[c]] == world.family[c];
  const double seconds = time.seconds();  // of training alone
  const OneShotResult r = evaluate(net, world, photos);
  const double c99 = 100 * r.coverage_at(0.99).coverage(), c999 = 100 * r.coverage_at(0.999).coverage();
  const double novel = 100 * r.novel_top1.value(), known = 100 * r.base_top1.value();
  return {c99, c999, novel, known, softmax, violating, 100 * in_family / base, seconds};
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Random batches against doppelganger mining, in a world of vectors");
  std::vector<std::string> chosen{"l2s", "random", "mining", "families"};
  int seed = 0, seeds = 1, steps = 12'000, threads = 1;
  std::string json, start = "zero";
  bool check = false;
  app.add_option("--arm", chosen, "Which to run; may be repeated")->check(CLI::IsMember(arms));
  app.add_option("--start", start, "How the classifier starts: zero, normal or means (zero)")
      ->check(CLI::IsMember(starts));
  app.add_option("--seed", seed, "The first seed (0)");
  app.add_option("--seeds", seeds, "How many seeds (1)");
  app.add_option("--steps", steps, "Steps of training (12000)")->check(CLI::Range(500, 1'000'000));
  app.add_option("--threads", threads, "Compute threads (1); 0 = all cores");
  app.add_option("--json", json, "File for one JSON object per run");
  app.add_flag("--check", check, "Fail unless mining beats random in the mean C@99");
  CLI11_PARSE(app, argc, argv);
  set_threads(threads);
  const World world;
  const Photos photos = world.photos(0, base, 50, Rng(99, 0));
  SeedTable table(figures, json);
  for (const std::string& arm : chosen) {
    for (int s = seed; s < seed + seeds; ++s)
      table.add(arm, s, run(world, photos, arms.at(arm), start, s, steps));
  }
  table.print_means();
  return check && table.mean("mining", "C@99") <= table.mean("random", "C@99") ? 1 : 0;
} catch (const std::exception& e) {
  fmt::print(stderr, "vector_world: {}\n", e.what());
  return 2;
}
