#include "tensor/process_limits.h"

#include <omp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr double no_limit = std::numeric_limits<double>::infinity();

// The first numbers of a file, such as "50000 100000"; the word max, and whatever is not there, is no limit.
struct Numbers {
  double first = no_limit, second = no_limit;
};

Numbers numbers_in(const fs::path& file) {
  std::ifstream in(file);
  Numbers numbers;
  for (double* number : {&numbers.first, &numbers.second}) {
    std::string word;
    in >> word;
    try {
      if (!word.empty() && word != "max") *number = std::stod(word);
    } catch (const std::exception&) {  // no number
    }
  }
  return numbers;
}

double quota(double microseconds, double period) {
  // Version 1 writes -1 where there is none.
  return microseconds > 0 && period > 0 && std::isfinite(period) ? microseconds / period : no_limit;
}

// The folder of a group and of all groups around it, up to the mount point. In a container the path may be
// that of the world outside, which is not there: then the mount point is the container's own group.
template <class Visit>
void each_group(const fs::path& mount, const std::string& group, const Visit& visit) {
  std::error_code missing;
  if (!fs::is_directory(mount, missing)) return;
  for (fs::path at = fs::path(group).relative_path(); !at.empty(); at = at.parent_path()) visit(mount / at);
  visit(mount);
}

bool has_controller(const std::string& list, const std::string& name) {
  return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

double least_resource_limit() {
  double bytes = no_limit;
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
  }
  return bytes;
}

}  // namespace

ControlGroupLimits ControlGroupLimits::read(const fs::path& root) {
  ControlGroupLimits limits{.cores = no_limit, .bytes = no_limit};
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  // A line of each hierarchy: number, controllers (none in version 2) and group, with colons between them.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1),
                      group = line.substr(second + 1);
    if (controllers.empty()) {
      each_group(mounts, group, [&](const fs::path& folder) {
        const Numbers cpu = numbers_in(folder / "cpu.max");
        limits.cores =
            std::min(limits.cores, std::isinf(cpu.first) ? no_limit : quota(cpu.first, cpu.second));
        limits.bytes = std::min(limits.bytes, numbers_in(folder / "memory.max").first);
      });
    }
    // A hierarchy of several controllers is mounted as all of their names, with each name as a link to it.
    for (const std::string& mount : {controllers, std::string("cpu")}) {
      if (!has_controller(controllers, "cpu")) continue;
      each_group(mounts / mount, group, [&](const fs::path& folder) {
        const double time = numbers_in(folder / "cpu.cfs_quota_us").first;
        if (std::isfinite(time))
          limits.cores = std::min(limits.cores, quota(time, numbers_in(folder / "cpu.cfs_period_us").first));
      });
    }
    for (const std::string& mount : {controllers, std::string("memory")}) {
      if (!has_controller(controllers, "memory")) continue;
      each_group(mounts / mount, group, [&](const fs::path& folder) {
        limits.bytes = std::min(limits.bytes, numbers_in(folder / "memory.limit_in_bytes").first);
      });
    }
  }
  return limits;
}

int machine_cores() { return std::max(1, omp_get_num_procs()); }

int usable_cores() {
  const double allowed = std::ceil(ControlGroupLimits::read().cores);
  return std::max(1, static_cast<int>(std::min(static_cast<double>(machine_cores()), allowed)));
}

std::int64_t usable_memory() {
  double bytes =
      std::min(static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)),
               ControlGroupLimits::read().bytes);
  bytes = std::min(bytes, least_resource_limit());
  return static_cast<std::int64_t>(std::max(0.0, bytes));
}

bool memory_may_be_refused() { return least_resource_limit() < no_limit; }

void reserve_addresses() {
  void* volatile first = std::malloc(1);  // volatile, so that the compiler keeps a pair that does nothing
  std::free(first);
}

}  // namespace dg
