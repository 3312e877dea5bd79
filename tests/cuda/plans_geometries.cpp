#include "cuda/plans_geometries.h"

#include <algorithm>

#include "training/trainer.h"

namespace dg {
namespace {

// Multiplies nothing: memory is the CPU's, a convolution is written down and gives zeros.
class Recorder : public Backend {
 public:
  Recorder() { use_cpu_backend(*this); }
  ~Recorder() override { use_cpu_backend(cpu_); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  const std::vector<ConvGeometry>& seen() const { return seen_; }

  const char* name() const override { return "recorder"; }
  void* allocate(std::size_t bytes) override { return cpu_.allocate(bytes); }
  void release(void* data) override { cpu_.release(data); }
  void copy_to_host(void* host, const void* device, std::size_t bytes) override {
    cpu_.copy_to_host(host, device, bytes);
  }
  void copy_from_host(void* device, const void* host, std::size_t bytes) override {
    cpu_.copy_from_host(device, host, bytes);
  }
  void copy(void* to, const void* from, std::size_t bytes) override { cpu_.copy(to, from, bytes); }
  void gemm(const Gemm& g) override {
    for (std::int64_t row = 0; row < g.m; ++row) std::fill_n(g.c + row * g.ldc, g.n, Real{0});
  }
  void conv_forward(const ConvGeometry& g, const Real*, const Real*, const Real*, Real* y) override {
    seen_.push_back(g);
    std::fill_n(y, g.n * g.out_h() * g.out_w() * g.k, Real{0});
  }
  void conv_backward_input(const ConvGeometry&, const Real*, const Real*, Real*) override {
    throw Error("[recorder] only walks forward");
  }
  void conv_backward_weight(const ConvGeometry&, const Real*, const Real*, Real*) override {
    throw Error("[recorder] only walks forward");
  }

 private:
  Backend& cpu_ = fast_cpu_backend();
  std::vector<ConvGeometry> seen_;
};

}  // namespace

std::vector<ConvGeometry> network_convolutions(const Config& config, std::int64_t batch) {
  Network network = make_network(config);
  // Convolutions and fc do not read their weights here, so these stay as the system gives them (orthonormal
  // ones would take minutes at full size).
  for (Parameter* p : network.parameters())
    p->set(p->shape.rank() == 1 ? Tensor::full(p->shape, 1) : Tensor(p->shape));
  const NoGrad no_gradients;
  Recorder recorder;
  network.forward(Var(Tensor::zeros({1, config.network.input, config.network.input, 3}, Device::cpu)));
  std::vector<ConvGeometry> geometries = recorder.seen();
  for (ConvGeometry& g : geometries) g.n = batch;  // a layer treats every image alike
  return geometries;
}

}  // namespace dg
