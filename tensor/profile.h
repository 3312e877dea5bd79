// Where the time of a training step goes. While a Profile is active on a thread, `profile_mark` charges the
// time since the thread's previous mark to what it names:
//
//   Profile profile(device);
//   { const Profiling on(&profile); trainer.step(); }
//   profile.seconds(Part::forward);
//
// Operations need no marks of their own: recording a result (Var::result) and walking a node (backward) end
// one, and it is named after its file. Only the products mark themselves (conv2d, matmul), and what is no
// operation at all: optimiser, loader, mining.
//
// A device that runs behind the host is waited for at each mark. So the parts are right, but they sum to the
// time of a step without any overlap. Without an active profile a mark tests one pointer.
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

/// forward, by_input, by_weight: the products of convolutions and fc; head: everything of the classifier.
enum class Part { forward, by_input, by_weight, elementwise, head, optimiser, loader, rest };
inline constexpr std::array<Part, 8> kParts{Part::forward,     Part::by_input, Part::by_weight,
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
  /// What was measured so far, the slowest first.
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

/// While alive, `profile` collects the marks of this thread. Null: nothing does.
class Profiling {
 public:
  explicit Profiling(Profile* profile);
  ~Profiling();
  Profiling(const Profiling&) = delete;
  Profiling& operator=(const Profiling&) = delete;

 private:
  Profile* before_;
};

/// Ends a stretch of work: charges the time since the previous mark to `part`, under the name of the calling
/// file without folder and ending, or under `operation`.
void profile_mark(Part part, const char* operation = __builtin_FILE());

/// How the marks of a thread are understood now.
struct ProfileContext {
  std::optional<Part> as;  // charge this part, whatever the mark says
  bool backward = false;
};
const ProfileContext& profile_context();

/// While alive, this thread's marks are understood like this.
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
