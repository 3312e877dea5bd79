#include "tests/cuda/standin/cudnn_plan.h"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace dg::standin {
namespace {

using Json = nlohmann::json;

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

Json json_of(cudnnBackendDescriptor_t plan) {
  std::int64_t size = 0;
  const auto attribute = CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION;
  check(cudnnBackendGetAttribute(plan, attribute, CUDNN_TYPE_CHAR, 0, &size, nullptr) == CUDNN_STATUS_SUCCESS,
        "the plan does not describe itself; is it finalized?");
  std::string text(static_cast<std::size_t>(size), '\0');
  check(cudnnBackendGetAttribute(plan, attribute, CUDNN_TYPE_CHAR, size, &size, text.data()) ==
            CUDNN_STATUS_SUCCESS,
        "the plan does not describe itself");
  return Json::parse(text.c_str());
}

struct Descriptor {
  cudnnBackendDescriptor_t d = nullptr;
  explicit Descriptor(cudnnBackendDescriptorType_t type) {
    check(cudnnBackendCreateDescriptor(type, &d) == CUDNN_STATUS_SUCCESS, "no descriptor");
  }
  ~Descriptor() { cudnnBackendDestroyDescriptor(d); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

// Does the engine multiply with fewer bits than float has?
bool uses_tensor_cores(cudnnBackendDescriptor_t plan) {
  Descriptor config(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
  std::int64_t n = 0;
  const bool read =
      cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                               1, &n, &config.d) == CUDNN_STATUS_SUCCESS &&
      cudnnBackendGetAttribute(config.d, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n,
                               &engine.d) == CUDNN_STATUS_SUCCESS &&
      cudnnBackendGetAttribute(engine.d, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                               CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &n, notes.data()) == CUDNN_STATUS_SUCCESS;
  check(read, "the plan's engine has no numerical notes");
  for (std::int64_t i = 0; i < n; ++i) {
    const auto note = notes[static_cast<std::size_t>(i)];
    if (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE || note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS)
      return true;
  }
  return false;
}

// cuDNN names dimensions N, C, H, W; memory is N, H, W, C.
std::array<std::int64_t, 4> nhwc_dimensions(const Json& tensor) {
  const auto d = tensor.at("dim").get<std::array<std::int64_t, 4>>();
  const auto stride = tensor.at("stride").get<std::array<std::int64_t, 4>>();
  const std::array<std::int64_t, 4> wanted = {d[1] * d[2] * d[3], 1, d[3] * d[1], d[1]};
  for (std::size_t i = 0; i < 4; ++i) check(d[i] == 1 || stride[i] == wanted[i], "the layout is not NHWC");
  check(tensor.at("dataType") == "CUDNN_DATA_FLOAT", "the type is not float");
  return d;
}

}  // namespace

DescribedPlan describe(cudnnBackendDescriptor_t plan) {
  const Json json = json_of(plan);
  const Json& graph = json.at("operationGraph");
  check(graph.at("nodes").size() == 1, "more than one operation");
  const Json& node = graph.at("nodes").at(0);
  DescribedPlan out;
  Convolution& g = out.convolution;
  const std::string operation = node.at("operation");
  const std::string prefix = "CUDNN_BACKEND_OPERATION_CONVOLUTION_", suffix = "_DESCRIPTOR";
  std::array<const char*, 3> keys{};
  if (operation == prefix + "FORWARD" + suffix) {
    g.direction = Direction::forward;
    keys = {"X", "W", "Y"};
  } else if (operation == prefix + "BACKWARD_DATA" + suffix) {
    g.direction = Direction::by_input;
    keys = {"dX", "W", "dY"};
  } else if (operation == prefix + "BACKWARD_FILTER" + suffix) {
    g.direction = Direction::by_weight;
    keys = {"X", "dW", "dY"};
  } else {
    throw std::runtime_error("not a convolution: " + operation);
  }
  check(node.at("mode") == "CUDNN_CROSS_CORRELATION", "not a cross-correlation");
  check(node.at("mathPrec") == "CUDNN_DATA_FLOAT", "computes in another type than float");
  const auto tensor = [&](const char* key, DescribedTensor& t) {
    for (const Json& one : graph.at("tensors")) {
      if (one.at("name") != node.at(key)) continue;
      t.id = std::stoll(one.at("name").get<std::string>());
      t.alignment = one.at("ptrAlignment");
      return nhwc_dimensions(one);
    }
    throw std::runtime_error("an operand is missing from the graph");
  };
  const auto x = tensor(keys[0], out.x), w = tensor(keys[1], out.w), y = tensor(keys[2], out.y);
  g.n = x[0], g.c = x[1], g.h = x[2], g.w = x[3];
  g.k = w[0], g.r = w[2], g.s = w[3];
  g.out_h = y[2], g.out_w = y[3];
  check(y[0] == g.n && y[1] == g.k && w[1] == g.c, "the sizes do not fit together");
  for (std::size_t i = 0; i < 2; ++i) {
    g.pad[i] = node.at("pad").at(i);
    g.stride[i] = node.at("stride").at(i);
    g.dilation[i] = node.at("dilation").at(i);
  }
  g.alpha = node.at("alpha");
  g.beta = node.at("beta");
  g.tf32 = uses_tensor_cores(plan);
  std::int64_t n = 0;
  check(cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &n,
                                 &out.workspace) == CUDNN_STATUS_SUCCESS,
        "the plan does not say its workspace");
  return out;
}

}  // namespace dg::standin
