// Where the time of a training step goes. While a Profile is active on a thread, `profile_mark` charges the
// time since the thread's previous mark to the part and the operation that it names:
//
//   Profile profile(device);
//   { const Profiling on(&profile); trainer.step(); }
//   profile.seconds(Part::forward);
//
// Operations need no marks of their own. Var::result sets one when an operation has computed its result, and
// `backward` sets one when it has computed its gradients; both are named after the operation's file. Only the
// products mark themselves (conv2d, matmul), and so does work that is no operation: optimiser, loader,
// mining.
//
// Each mark waits for a device that works asynchronously. So each part is right, but together they take as
// long as a step in which nothing overlaps. Without an active profile a mark only tests a pointer.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensor/device.h"
#include "tensor/real.h"

namespace dg {

/// forward, by_input, by_weight: matrix products and convolutions of the forward pass, of the gradient with
/// respect to the input and of the gradient with respect to the weight. head: all of the classifier.
enum class Part { forward, by_input, by_weight, elementwise, head, optimiser, loader, rest };
inline constexpr std::array<Part, 8> all_parts{Part::forward,     Part::by_input, Part::by_weight,
                                               Part::elementwise, Part::head,     Part::optimiser,
                                               Part::loader,      Part::rest};
const char* name(Part part);

inline namespace DG_WIDTH {

class Profile {
 public:
  /// Measures work on `device`.
  explicit Profile(Device device = Device::cpu) : device_(device) {}

  struct Line {
    std::string operation;
    Part part = Part::rest;
    double forward = 0, backward = 0;  // seconds
    double seconds() const { return forward + backward; }
  };
  /// All that was measured so far, the slowest first.
  std::vector<Line> lines() const;
  double seconds(Part part) const;
  double seconds() const;

 private:
  friend class Profiling;
  friend void profile_mark(Part part, const char* operation);
  double now() const;

  Device device_;
  double marked_at_ = 0;
  std::map<std::pair<std::string, Part>, std::pair<double, double>> spent_;  // {forward, backward}
};

/// While alive, the marks of this thread go to `profile`; null means to none.
class Profiling {
 public:
  explicit Profiling(Profile* profile);
  ~Profiling();
  Profiling(const Profiling&) = delete;
  Profiling& operator=(const Profiling&) = delete;

 private:
  Profile* before_;
};

/// Ends a stretch of work: charges the time since the previous mark to `part` and to `operation`, which is
/// the calling file unless it is given. Of a path only the name is kept, without folder and ending.
void profile_mark(Part part, const char* operation = __builtin_FILE());

/// How the marks of a thread are understood now.
struct ProfileContext {
  std::optional<Part> as;  // the part to charge, whatever the mark says
  bool backward = false;
};
const ProfileContext& profile_context();

/// What an operation's backward pass is charged to: its name, and the part that was set when it was recorded.
struct ProfileTag {
  const char* operation = "";
  std::optional<Part> as;
};

/// While alive, the marks of this thread are understood in this way.
class ProfileScope {
 public:
  explicit ProfileScope(const ProfileContext& context);
  ~ProfileScope();
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  ProfileContext before_;
};

}  // namespace DG_WIDTH
}  // namespace dg
