// The part of cuDNN's graph API (its "backend descriptors") that we use: an owner of a descriptor, errors in
// cuDNN's own words, and devices described in JSON, which cuDNN (since 9.8) makes plans for without having
// them.
#pragma once
#include <cudnn.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace dg::cuda {

/// `status` and what cuDNN has to say about its last failure in this thread.
std::string cudnn_words(cudnnStatus_t status);

/// Throws BackendError("[where] " + cudnn_words) unless `status` is success.
void check_cudnn(cudnnStatus_t status, const char* where);

/// The tag that cuDNN wants beside a value of type T. (A descriptor is a void* too: see Node::set.)
template <cudnnBackendAttributeType_t Tag>
using Tagged = std::integral_constant<cudnnBackendAttributeType_t, Tag>;
template <class T>
struct AttributeType;
template <>
struct AttributeType<void*> : Tagged<CUDNN_TYPE_VOID_PTR> {};
template <>
struct AttributeType<std::int64_t> : Tagged<CUDNN_TYPE_INT64> {};
template <>
struct AttributeType<float> : Tagged<CUDNN_TYPE_FLOAT> {};
template <>
struct AttributeType<cudnnHandle_t> : Tagged<CUDNN_TYPE_HANDLE> {};
template <>
struct AttributeType<cudnnDataType_t> : Tagged<CUDNN_TYPE_DATA_TYPE> {};
template <>
struct AttributeType<cudnnConvolutionMode_t> : Tagged<CUDNN_TYPE_CONVOLUTION_MODE> {};
template <>
struct AttributeType<cudnnBackendHeurMode_t> : Tagged<CUDNN_TYPE_HEUR_MODE> {};
template <>
struct AttributeType<cudnnBackendNumericalNote_t> : Tagged<CUDNN_TYPE_NUMERICAL_NOTE> {};
template <>
struct AttributeType<cudnnBackendBehaviorNote_t> : Tagged<CUDNN_TYPE_BEHAVIOR_NOTE> {};

/// Owns one backend descriptor. Calls throw BackendError with cuDNN's words.
class Node {
 public:
  explicit Node(cudnnBackendDescriptorType_t type);
  Node(Node&& other) noexcept;
  Node& operator=(Node&& other) noexcept;
  ~Node();

  cudnnBackendDescriptor_t get() const { return descriptor_; }

  template <class T>
  Node& set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
    return set(name, AttributeType<T>::value, static_cast<std::int64_t>(values.size()), values.data());
  }
  template <class T>
  Node& set(cudnnBackendAttributeName_t name, T value) {
    return set(name, AttributeType<T>::value, 1, &value);
  }
  Node& set(cudnnBackendAttributeName_t name, const Node& value) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.descriptor_);
  }
  Node& set(cudnnBackendAttributeName_t name, const std::string& text) {
    return set(name, CUDNN_TYPE_CHAR, static_cast<std::int64_t>(text.size()), text.data());
  }

  /// Completes the descriptor; no set() after this.
  Node& finalize();
  /// The same for a caller who can do without it; cudnn_words(status) says why cuDNN refused.
  cudnnStatus_t try_finalize();

  std::int64_t integer(cudnnBackendAttributeName_t name) const;
  std::string text(cudnnBackendAttributeName_t name) const;
  /// Copies of the descriptors that an attribute refers to, which are of type `type`.
  std::vector<Node> nodes(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const;
  /// What cuDNN notes about an engine.
  template <class Note>
  std::vector<Note> notes(cudnnBackendAttributeName_t name) const {
    std::vector<Note> values(static_cast<std::size_t>(count(name, AttributeType<Note>::value)));
    const auto found = read(name, AttributeType<Note>::value, values.size(), values.data());
    values.resize(found);
    return values;
  }

 private:
  Node& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
            const void* values);
  std::int64_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;
  std::size_t read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::size_t room,
                   void* values) const;

  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

/// A device as cuDNN describes it: 23 numbers and names in JSON (tests/cuda/devices/ holds examples). Throws
/// BackendError when a key is missing or of the wrong type.
Node device_properties(const std::string& json);

/// The same JSON for the live device of `handle`, so that whoever owns a card can replace its hand-written
/// description.
std::string device_profile(cudnnHandle_t handle);

/// What plans are made for: the live device of `handle`, or, when `properties` is given, the device it
/// describes, live or not (`handle` is then ignored).
struct Target {
  cudnnHandle_t handle = nullptr;
  const Node* properties = nullptr;
};

}  // namespace dg::cuda
