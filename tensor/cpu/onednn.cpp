#include "tensor/cpu/onednn.h"

#include <dnnl.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "tensor/parallel.h"
#include "tensor/process_limits.h"

namespace dg::cpu {
inline namespace DG_WIDTH {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// Leaked, as the allocator is: a convolution may run while static objects are destroyed.
const dnnl::engine& engine() {
  static const auto* e = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *e;
}

[[noreturn]] void refuse(const char* where, const dnnl::error& e) {
  if (e.status == dnnl_out_of_memory) throw OutOfMemory(fmt::format("[{}] oneDNN: out of memory", where));
  throw BackendError(
      fmt::format("[{}] oneDNN: {} (status {})", where, e.message, static_cast<int>(e.status)));
}

// oneDNN does not look whether it got the memory for what it generates, and ends with a signal where it did
// not. So that much is asked for, and given back, before it may generate anything: one convolution takes a
// megabyte or two, all kernels of the matrix product a little more than 64 MiB on a processor with AVX-512.
// (Of runs under limits around that need, 13 of 500 ended with a signal where 64 were asked for, none of 900
// where 96 were.) What is over is for the photos that other threads decode meanwhile.
bool require_room() {
  constexpr std::size_t bytes = std::size_t{96} << 20;
  Backend& memory = backend(Device::cpu);
  memory.release(memory.allocate(bytes));
  return true;
}

memory::desc plain(std::initializer_list<Index> dims, Tag tag) {
  return memory::desc(memory::dims(dims), memory::data_type::f32, tag);
}

// A convolution as oneDNN describes it: it lists sizes as n, c, h, w and o, i, h, w whatever the layout in
// memory, and counts dilation from 0. The layout of the filters (Tag::any) is its choice.
struct Description {
  memory::desc x, w, bias, y;
  memory::dims stride, dilation, pad;

  Description(const ConvGeometry& g, bool with_bias)
      : x(plain({g.n, g.c, g.h, g.w}, Tag::nhwc)),
        w(plain({g.k, g.c, g.r, g.s}, Tag::any)),
        y(plain({g.n, g.k, g.out_h(), g.out_w()}, Tag::nhwc)),
        stride{g.stride, g.stride},
        dilation{g.dilation - 1, g.dilation - 1},
        pad{g.pad, g.pad} {
    if (with_bias) bias = plain({g.k}, Tag::a);
  }
};

// Scratch memory comes from our allocator, which keeps it between calls.
dnnl::primitive_attr scratch_is_ours() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

constexpr auto training = dnnl::prop_kind::forward_training;
constexpr auto direct = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR < 3
auto forward_kernel(const Description& p) {
  using Forward = dnnl::convolution_forward;
  const Forward::desc desc =
      p.bias.data.ndims > 0
          ? Forward::desc(training, direct, p.x, p.w, p.bias, p.y, p.stride, p.dilation, p.pad, p.pad)
          : Forward::desc(training, direct, p.x, p.w, p.y, p.stride, p.dilation, p.pad, p.pad);
  return Forward::primitive_desc(desc, scratch_is_ours(), engine());
}
auto input_kernel(const Description& p) {
  using Input = dnnl::convolution_backward_data;
  return Input::primitive_desc(Input::desc(direct, p.x, p.w, p.y, p.stride, p.dilation, p.pad, p.pad),
                               scratch_is_ours(), engine(), forward_kernel(p));
}
auto weight_kernel(const Description& p) {
  using Weight = dnnl::convolution_backward_weights;
  return Weight::primitive_desc(Weight::desc(direct, p.x, p.w, p.y, p.stride, p.dilation, p.pad, p.pad),
                                scratch_is_ours(), engine(), forward_kernel(p));
}
#else
auto forward_kernel(const Description& p) {
  return dnnl::convolution_forward::primitive_desc(engine(), training, direct, p.x, p.w, p.bias, p.y,
                                                   p.stride, p.dilation, p.pad, p.pad, scratch_is_ours());
}
auto input_kernel(const Description& p) {
  return dnnl::convolution_backward_data::primitive_desc(engine(), direct, p.x, p.w, p.y, p.stride,
                                                         p.dilation, p.pad, p.pad, forward_kernel(p),
                                                         scratch_is_ours());
}
auto weight_kernel(const Description& p) {
  return dnnl::convolution_backward_weights::primitive_desc(engine(), direct, p.x, p.w, p.y, p.stride,
                                                            p.dilation, p.pad, p.pad, forward_kernel(p),
                                                            scratch_is_ours());
}
#endif

// A kernel ready to run, and the reorder that copies filters into its layout or their gradient out of it.
struct Plan {
  dnnl::primitive convolution, reorder;
  memory::desc x, plain_w, w, bias, y, scratch, reorder_scratch;
  std::string kernel;
};

Plan make_plan(const ConvGeometry& g, ConvPass pass, bool with_bias) {
  const Description description(g, with_bias);
  require_room();
  Plan plan;
  plan.x = description.x;
  plan.plain_w = plain({g.k, g.c, g.r, g.s}, Tag::ohwi);
  plan.bias = description.bias;
  plan.y = description.y;
  const auto take = [&plan](const auto& desc, dnnl::primitive convolution, const memory::desc& w) {
    plan.convolution = std::move(convolution);
    plan.w = w;
    plan.scratch = desc.scratchpad_desc();
    plan.kernel = desc.impl_info_str();
  };
  if (pass == ConvPass::forward) {
    const auto desc = forward_kernel(description);
    take(desc, dnnl::convolution_forward(desc), desc.weights_desc());
  } else if (pass == ConvPass::backward_input) {
    const auto desc = input_kernel(description);
    take(desc, dnnl::convolution_backward_data(desc), desc.weights_desc());
  } else {
    const auto desc = weight_kernel(description);
    take(desc, dnnl::convolution_backward_weights(desc), desc.diff_weights_desc());
  }
  if (plan.w != plan.plain_w) {
    const bool out = pass == ConvPass::backward_weight;
    const dnnl::reorder::primitive_desc desc(engine(), out ? plan.w : plan.plain_w, engine(),
                                             out ? plan.plain_w : plan.w, scratch_is_ours());
    plan.reorder = dnnl::reorder(desc);
    plan.reorder_scratch = desc.scratchpad_desc();
  }
  return plan;
}

// A plan is made once per geometry, pass, presence of a bias and thread count (oneDNN divides the work when
// it makes the kernel), and never dropped: a run has a few dozen.
const Plan& plan_for(const ConvGeometry& g, ConvPass pass, bool with_bias) {
  using Key = std::tuple<ConvGeometry, ConvPass, bool, int>;
  static auto* mutex = new std::mutex;
  static auto* plans = new std::map<Key, std::unique_ptr<Plan>>;
  const Key key{g, pass, with_bias, threads()};
  const std::lock_guard lock(*mutex);
  std::unique_ptr<Plan>& plan = (*plans)[key];
  if (plan == nullptr) plan = std::make_unique<Plan>(make_plan(g, pass, with_bias));
  return *plan;
}

// A view of a buffer. oneDNN's interface takes pointers to non-const even for what it only reads.
memory view(const memory::desc& desc, const void* data) {
  return memory(desc, engine(), const_cast<void*>(data));
}

void run(const Plan& plan, ConvPass pass, const float* x, const float* w, const float* bias, const float* y) {
  const Scratch<std::byte> scratch(static_cast<Index>(plan.scratch.get_size()));
  const Scratch<std::byte> reorder_scratch(static_cast<Index>(plan.reorder_scratch.get_size()));
  const Scratch<std::byte> own_w(plan.reorder ? static_cast<Index>(plan.w.get_size()) : 0);
  dnnl::stream stream(engine());
  const memory plain_w = view(plan.plain_w, w),
               kernel_w = plan.reorder ? view(plan.w, own_w.data()) : plain_w;
  const auto reorder = [&](const memory& from, const memory& to) {
    if (!plan.reorder) return;
    plan.reorder.execute(stream, {{DNNL_ARG_FROM, from},
                                  {DNNL_ARG_TO, to},
                                  {DNNL_ARG_SCRATCHPAD, view(plan.reorder_scratch, reorder_scratch.data())}});
  };
  const bool forward = pass == ConvPass::forward, weight = pass == ConvPass::backward_weight;
  if (!weight) reorder(plain_w, kernel_w);
  std::unordered_map<int, memory> arguments = {
      {pass == ConvPass::backward_input ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, view(plan.x, x)},
      {weight ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, kernel_w},
      {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, view(plan.y, y)},
      {DNNL_ARG_SCRATCHPAD, view(plan.scratch, scratch.data())}};
  if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, view(plan.bias, bias));
  plan.convolution.execute(stream, arguments);
  if (weight) reorder(kernel_w, plain_w);
  stream.wait();
}

void convolve(const char* where, const ConvGeometry& g, ConvPass pass, const float* x, const float* w,
              const float* bias, const float* y) {
  try {
    run(plan_for(g, pass, bias != nullptr), pass, x, w, bias, y);
  } catch (const dnnl::error& e) {
    refuse(where, e);
  }
}

}  // namespace

std::string onednn_version() {
  const dnnl_version_t& v = *dnnl_version();
  return fmt::format("{}.{}.{}", v.major, v.minor, v.patch);
}

void onednn_gemm(const Gemm& g) {
  // It generates kernels at the first product of each kind, and which kinds there are is its own affair.
  static const bool at_every_product = memory_may_be_refused();
  [[maybe_unused]] static const bool at_the_first = require_room();
  if (at_every_product) require_room();
  const dnnl_status_t status = dnnl_sgemm(g.transpose_a ? 'T' : 'N', g.transpose_b ? 'T' : 'N', g.m, g.n, g.k,
                                          g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc);
  if (status == dnnl_success) return;
  const std::string product =
      fmt::format("m {}, n {}, k {}, lda {}, ldb {}, ldc {}", g.m, g.n, g.k, g.lda, g.ldb, g.ldc);
  if (status == dnnl_out_of_memory)
    throw OutOfMemory(fmt::format("[gemm] oneDNN: out of memory for {}", product));
  throw BackendError(fmt::format("[gemm] oneDNN refused {} (status {})", product, static_cast<int>(status)));
}

bool onednn_convolves(const ConvGeometry& g, ConvPass pass) {
  try {
    // A kernel's name is something like "jit:avx2"; that of plain loops has "ref" in it.
    return plan_for(g, pass, false).kernel.find("ref") == std::string::npos;
  } catch (const dnnl::error& e) {
    if (e.status == dnnl_unimplemented) return false;
    refuse("conv2d", e);
  }
}

void onednn_conv_forward(const ConvGeometry& g, const float* x, const float* w, const float* bias, float* y) {
  convolve("conv_forward", g, ConvPass::forward, x, w, bias, y);
}

void onednn_conv_backward_input(const ConvGeometry& g, const float* dy, const float* w, float* dx) {
  convolve("conv_backward_input", g, ConvPass::backward_input, dx, w, nullptr, dy);
}

void onednn_conv_backward_weight(const ConvGeometry& g, const float* x, const float* dy, float* dw) {
  convolve("conv_backward_weight", g, ConvPass::backward_weight, x, dw, nullptr, dy);
}

}  // namespace DG_WIDTH
}  // namespace dg::cpu
