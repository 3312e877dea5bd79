#include "tensor/cuda/cudnn_graph.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "tensor/error.h"

namespace dg::cuda {

std::string cudnn_words(cudnnStatus_t status) {
  std::array<char, 512> why{};
  cudnnGetLastErrorString(why.data(), why.size());
  return why[0] == '\0' ? std::string(cudnnGetErrorString(status))
                        : fmt::format("{}: {}", cudnnGetErrorString(status), why.data());
}

void check_cudnn(cudnnStatus_t status, const char* where) {
  if (status != CUDNN_STATUS_SUCCESS) throw BackendError(fmt::format("[{}] {}", where, cudnn_words(status)));
}

Node::Node(cudnnBackendDescriptorType_t type) {
  check_cudnn(cudnnBackendCreateDescriptor(type, &descriptor_), "cudnn descriptor");
}

Node::Node(Node&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}

Node& Node::operator=(Node&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Node::~Node() {
  if (descriptor_ != nullptr) cudnnBackendDestroyDescriptor(descriptor_);
}

Node& Node::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
                const void* values) {
  check_cudnn(cudnnBackendSetAttribute(descriptor_, name, type, count, values), "cudnn attribute");
  return *this;
}

Node& Node::finalize() {
  check_cudnn(try_finalize(), "cudnn finalize");
  return *this;
}

cudnnStatus_t Node::try_finalize() { return cudnnBackendFinalize(descriptor_); }

std::int64_t Node::count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
  std::int64_t count = 0;
  check_cudnn(cudnnBackendGetAttribute(descriptor_, name, type, 0, &count, nullptr), "cudnn attribute");
  return count;
}

std::size_t Node::read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::size_t room,
                       void* values) const {
  if (room == 0) return 0;
  std::int64_t found = 0;
  check_cudnn(
      cudnnBackendGetAttribute(descriptor_, name, type, static_cast<std::int64_t>(room), &found, values),
      "cudnn attribute");
  return static_cast<std::size_t>(found);
}

std::int64_t Node::integer(cudnnBackendAttributeName_t name) const {
  std::int64_t value = 0;
  read(name, CUDNN_TYPE_INT64, 1, &value);
  return value;
}

std::string Node::text(cudnnBackendAttributeName_t name) const {
  std::string text(static_cast<std::size_t>(count(name, CUDNN_TYPE_CHAR)), '\0');
  text.resize(read(name, CUDNN_TYPE_CHAR, text.size(), text.data()));
  while (text.ends_with('\0')) text.pop_back();  // cuDNN counts the end of the C string
  return text;
}

std::vector<Node> Node::nodes(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
  std::vector<Node> nodes;
  std::vector<cudnnBackendDescriptor_t> raw;  // cuDNN fills descriptors that the caller made
  const std::int64_t there = count(name, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  for (std::int64_t i = 0; i < there; ++i) raw.push_back(nodes.emplace_back(type).get());
  const std::size_t found = read(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, raw.size(), raw.data());
  while (nodes.size() > found) nodes.pop_back();
  return nodes;
}

Node device_properties(const std::string& json) {
  Node node(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  node.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, json).finalize();
  return node;
}

std::string device_profile(cudnnHandle_t handle) {
  Node node(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  node.set(CUDNN_ATTR_DEVICEPROP_HANDLE, handle).finalize();
  return node.text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
}

}  // namespace dg::cuda
