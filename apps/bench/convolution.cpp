// doppel bench convolution small|full: every convolution of the network in every pass, by every kernel that
// can do it, and which one the fixed rule of the CPU backend takes (tensor/cpu/convolution.h).
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "apps/bench/bench.h"
#include "apps/bench/training.h"
#include "tensor/cpu/convolution.h"
#include "tensor/cpu/host_memory.h"
#include "tensor/parallel.h"

namespace dg {
namespace {

struct ConvolutionArguments {
  BenchWorkOptions work;
  int repeats = 5, threads = 0;
  BenchOutput output;
};

struct FoundConvolution {
  ConvGeometry geometry;
  int times = 0;  // in one forward pass
};

// Computes nothing, but records which convolutions are asked for.
class Recorder final : public cpu::HostMemoryBackend {
 public:
  const char* name() const override { return "recorder"; }
  void gemm(const Gemm&) override {}
  void conv_forward(const ConvGeometry& g, const Real*, const Real*, const Real*, Real*) override {
    for (FoundConvolution& f : found) {
      if (f.geometry == g) {
        ++f.times;
        return;
      }
    }
    found.push_back({g, 1});
  }
  void conv_backward_input(const ConvGeometry&, const Real*, const Real*, Real*) override {}
  void conv_backward_weight(const ConvGeometry&, const Real*, const Real*, Real*) override {}

  std::vector<FoundConvolution> found;
};

std::vector<FoundConvolution> convolutions(const BenchWork& work) {
  static Recorder recorder;  // tensors may still be released through it later
  Network network = face_resnet(work.network);
  for (Parameter* p : network.parameters()) p->set(Tensor::full(p->shape, 1));
  const NoGrad no_grad;
  const Var images(Tensor::zeros({work.batch, work.network.input, work.network.input, 3}));
  use_cpu_backend(recorder);
  network.forward(images);
  use_cpu_backend(fast_cpu_backend());
  return recorder.found;
}

// The passes and their names in the output: by_input is the gradient with respect to the input.
struct Pass {
  const char* name;
  ConvPass pass;
};
constexpr Pass passes[] = {{"forward", ConvPass::forward},
                           {"by_input", ConvPass::backward_input},
                           {"by_weight", ConvPass::backward_weight}};

// The column of a kernel in the table: its name in words and two spaces at least.
std::string title(const cpu::ConvKernel& kernel) {
  std::string words = kernel.name;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}
std::size_t width(const cpu::ConvKernel& kernel) {
  return std::max<std::size_t>(11, title(kernel).size() + 2);
}

// A convolution's tensors, and one pass of it by one kernel.
struct Problem {
  ConvGeometry g;
  Tensor x, w, bias, y;

  explicit Problem(const ConvGeometry& geometry)
      : g(geometry),
        x(random({g.n, g.h, g.w, g.c})),
        w(random({g.k, g.r, g.s, g.c})),
        bias(random({g.k})),
        y(random({g.n, g.out_h(), g.out_w(), g.k})) {}

  static Tensor random(const Shape& shape) {
    Rng rng(1, 0);
    std::vector<Real> values(static_cast<std::size_t>(shape.elements()));
    for (Real& v : values) v = static_cast<Real>(rng.uniform(-1, 1));
    return Tensor::from(shape, values);
  }

  void run(ConvPass pass, const cpu::ConvKernel& kernel) const {
    if (pass == ConvPass::forward) return kernel.forward(g, x.data(), w.data(), bias.data(), y.data());
    if (pass == ConvPass::backward_input) return kernel.backward_input(g, y.data(), w.data(), x.data());
    kernel.backward_weight(g, x.data(), y.data(), w.data());
  }

  // Milliseconds, the median of `repeats` after one to warm up. Each repetition starts from the same numbers
  // as far as speed cares: a pass overwrites one of the three tensors with values of the same size.
  double time(ConvPass pass, const cpu::ConvKernel& kernel, int repeats) const {
    std::vector<double> times;
    for (int i = 0; i <= repeats; ++i) {
      const double start = seconds_now();
      run(pass, kernel);
      if (i > 0) times.push_back(1e3 * (seconds_now() - start));
    }
    return spread(times).median;
  }
};

BenchJson measure(const FoundConvolution& found, int repeats) {
  const ConvGeometry& g = found.geometry;
  BenchJson line{{"n", g.n},
                 {"h", g.h},
                 {"w", g.w},
                 {"in", g.c},
                 {"out", g.k},
                 {"filter", g.r},
                 {"stride", g.stride},
                 {"pad", g.pad},
                 {"dilation", g.dilation},
                 {"times", found.times}};
  for (const Pass& pass : passes) {
    BenchJson& results = line[pass.name];
    results["gflop"] = 2e-9 * static_cast<double>(g.macs());
    for (const cpu::ConvKernel& kernel : cpu::conv_kernels()) {
      if (!kernel.can(g, pass.pass)) continue;
      results["ms"][kernel.name] = Problem(g).time(pass.pass, kernel, repeats);
      if (&cpu::chosen_conv_kernel(g, pass.pass) == &kernel) results["rule"] = kernel.name;
    }
  }
  return line;
}

std::string table(const BenchJson& json) {
  std::string text =
      fmt::format("{}, batch {}, {} threads; ms, * = what the rule takes, GFLOP/s of that\n",
                  json["work"].get<std::string>(), json["batch"].get<int>(), json["threads"].get<int>());
  text += fmt::format("{:<38}{:<10}", "image, channels, filter", "pass");
  for (const cpu::ConvKernel& kernel : cpu::conv_kernels()) {
    text += fmt::format("{:>{}}", title(kernel), width(kernel));
  }
  text += fmt::format("{:>9}\n", "GFLOP/s");
  for (const BenchJson& c : json["convolutions"]) {
    const auto n = [&](const char* key) { return c[key].get<int>(); };
    const std::string what =
        fmt::format("{}x{} {}->{} {}x{} s{} p{} d{} ({} times)", n("h"), n("w"), n("in"), n("out"),
                    n("filter"), n("filter"), n("stride"), n("pad"), n("dilation"), n("times"));
    for (const Pass& pass : passes) {
      const BenchJson& p = c[pass.name];
      const std::string rule = p["rule"];
      text += fmt::format("{:<38}{:<10}", what, pass.name);
      for (const cpu::ConvKernel& kernel : cpu::conv_kernels()) {
        const bool timed = p["ms"].contains(kernel.name);
        text += fmt::format("{:>{}}",
                            timed ? fmt::format("{:.3f}{}", p["ms"][kernel.name].get<double>(),
                                                rule == kernel.name ? "*" : " ")
                                  : "- ",
                            width(kernel));
      }
      text += fmt::format("{:9.0f}\n", 1e3 * p["gflop"].get<double>() / p["ms"][rule].get<double>());
    }
  }
  for (const Pass& pass : passes) {
    const BenchJson& sum = json["sum"][pass.name];
    text += fmt::format("{:<10} in all: {:9.2f} ms by the rule, {:9.2f} ms if it always took the fastest\n",
                        pass.name, sum["rule_ms"].get<double>(), sum["fastest_ms"].get<double>());
  }
  return text;
}

void run_convolution(const ConvolutionArguments& a) {
  use_threads(a.threads);
  const BenchWork work = a.work.work();
  BenchJson json{{"work", work.name},
                 {"batch", work.batch},
                 {"threads", threads()},
                 {"convolutions", BenchJson::array()},
                 {"sum", BenchJson::object()}};
  for (const FoundConvolution& found : convolutions(work))
    json["convolutions"].push_back(measure(found, a.repeats));
  for (const Pass& pass : passes) {
    double rule = 0, fastest = 0;
    for (const BenchJson& c : json["convolutions"]) {
      const BenchJson& p = c[pass.name];
      double least = std::numeric_limits<double>::infinity();
      for (const auto& [kernel, ms] : p["ms"].items()) least = std::min(least, ms.get<double>());
      rule += c["times"].get<double>() * p["ms"][p["rule"].get<std::string>()].get<double>();
      fastest += c["times"].get<double>() * least;
    }
    json["sum"][pass.name] = {{"rule_ms", rule}, {"fastest_ms", fastest}};
  }
  a.output.write(table(json), json);
}

}  // namespace

void add_bench_convolution(CLI::App& bench) {
  auto a = std::make_shared<ConvolutionArguments>();
  CLI::App* command =
      bench.add_subcommand("convolution", "Time every convolution of the network by every kernel of the CPU");
  a->work.add(*command, false);
  command->add_option("--repeats", a->repeats, "Timed runs of each; the median counts")
      ->check(at_least(1))
      ->capture_default_str();
  add_threads(*command, a->threads);
  a->output.add_option(*command);
  add_examples(*command,
               {{"doppel bench convolution", "Time the convolutions of the small network."},
                {"doppel bench convolution full --threads 1", "Time those of Table 1 on one thread."}});
  command->callback([a] { run_convolution(*a); });
}

}  // namespace dg
