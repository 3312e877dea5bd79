#include "tensor/profile.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "tensor/backend.h"

namespace dg {

const char* name(Part part) {
  constexpr std::array<const char*, all_parts.size()> names{
      "forward", "by_input", "by_weight", "elementwise", "head", "optimiser", "loader", "rest"};
  return names[static_cast<std::size_t>(part)];
}

inline namespace DG_WIDTH {
namespace {

thread_local Profile* active = nullptr;
thread_local ProfileContext context;

// "autograd/ops/arfa.cpp" -> "arfa"
std::string stem(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 = 0
  return std::string(file.substr(0, file.find('.')));
}

}  // namespace

double Profile::now() const {
  backend(device_).synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<Profile::Line> Profile::lines() const {
  std::vector<Line> all;
  for (const auto& [key, seconds] : spent_) {
    all.push_back(
        {.operation = key.first, .part = key.second, .forward = seconds.first, .backward = seconds.second});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Line& a, const Line& b) { return a.seconds() > b.seconds(); });
  return all;
}

double Profile::seconds(Part part) const {
  double sum = 0;
  for (const auto& [key, spent] : spent_) sum += key.second == part ? spent.first + spent.second : 0;
  return sum;
}

double Profile::seconds() const {
  double sum = 0;
  for (const Part part : all_parts) sum += seconds(part);
  return sum;
}

Profiling::Profiling(Profile* profile) : before_(active) {
  active = profile;
  if (active != nullptr) active->marked_at_ = active->now();
}

Profiling::~Profiling() { active = before_; }

void profile_mark(Part part, const char* operation) {
  if (active == nullptr) return;
  const double now = active->now();
  auto& [forward, backward] = active->spent_[{stem(operation), context.as.value_or(part)}];
  (context.backward ? backward : forward) += now - active->marked_at_;
  active->marked_at_ = now;
}

const ProfileContext& profile_context() { return context; }

ProfileScope::ProfileScope(const ProfileContext& now) : before_(context) { context = now; }
ProfileScope::~ProfileScope() { context = before_; }

}  // namespace DG_WIDTH
}  // namespace dg
