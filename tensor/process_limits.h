// How many cores and how much memory this process may use: what the machine has, less what a container or a
// shell has set for it.
#pragma once
#include <cstdint>
#include <filesystem>

namespace dg {

/// Cores that its threads may run on (the affinity mask of the process), at least 1.
int machine_cores();

/// Of these, as many as the CPU quota of its control groups has time for, rounded up, at least 1. With more
/// threads than that all of them would be stopped together for a part of every tenth of a second.
int usable_cores();

/// Bytes: the least of the machine's memory, RLIMIT_AS, RLIMIT_DATA and the limits of its control groups.
std::int64_t usable_memory();

/// Whether RLIMIT_AS or RLIMIT_DATA is set, so that memory may be refused although the machine has it.
bool memory_may_be_refused();

/// To be called by a thread when it starts. The first allocation of a thread reserves 64 MiB of addresses
/// (an arena of glibc), which is to happen before anybody looks how much room there is.
void reserve_addresses();

/// What Linux' control groups (versions 1 and 2) allow; infinite where they say nothing.
struct ControlGroupLimits {
  double cores = 0;  // quota / period
  double bytes = 0;

  /// Those of this process, from root/proc/self/cgroup and root/sys/fs/cgroup. Each group counts with all
  /// that it is in. Files that are not there or cannot be understood say nothing.
  static ControlGroupLimits read(const std::filesystem::path& root = "/");
};

}  // namespace dg
