#include "tensor/process_limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include "temporary.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// The limits with these files below the root.
ControlGroupLimits limits(const std::map<std::string, std::string>& files) {
  const fs::path root = temporary_folder() / "cgroups";
  fs::remove_all(root);
  for (const auto& [name, text] : files) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text << "\n";
  }
  return ControlGroupLimits::read(root);
}

TEST(ProcessLimits, WithoutControlGroupsThereAreNone) {
  EXPECT_TRUE(std::isinf(limits({}).cores));
  EXPECT_TRUE(std::isinf(limits({{"proc/self/cgroup", "nonsense\n0::\n3:cpu"}}).bytes));
}

TEST(ProcessLimits, VersionTwoCountsEveryGroupAround) {
  const std::string group = "0::/a/b", base = "sys/fs/cgroup/";
  const ControlGroupLimits inner = limits({{"proc/self/cgroup", group},
                                           {base + "a/b/cpu.max", "150000 100000"},
                                           {base + "a/b/memory.max", "1000"},
                                           {base + "a/cpu.max", "max 100000"},
                                           {base + "a/memory.max", "max"}});
  EXPECT_EQ(inner.cores, 1.5);
  EXPECT_EQ(inner.bytes, 1000);
  const ControlGroupLimits outer = limits({{"proc/self/cgroup", group},
                                           {base + "a/b/cpu.max", "max 100000"},
                                           {base + "a/b/memory.max", "5000"},
                                           {base + "a/cpu.max", "200000 100000"},
                                           {base + "memory.max", "4000"}});
  EXPECT_EQ(outer.cores, 2);
  EXPECT_EQ(outer.bytes, 4000);
  EXPECT_TRUE(std::isinf(limits({{"proc/self/cgroup", group}, {base + "a/b/cpu.max", "max 100000"}}).cores));
}

TEST(ProcessLimits, VersionOneHasAFolderForEachController) {
  const std::string groups = "5:cpu,cpuacct:/x\n4:memory:/docker/outside\n3:cpuset:/",
                    base = "sys/fs/cgroup/";
  const ControlGroupLimits found = limits({{"proc/self/cgroup", groups},
                                           {base + "cpu,cpuacct/x/cpu.cfs_quota_us", "250000"},
                                           {base + "cpu,cpuacct/x/cpu.cfs_period_us", "100000"},
                                           {base + "cpu,cpuacct/cpu.cfs_quota_us", "-1"},
                                           {base + "cpu,cpuacct/cpu.cfs_period_us", "100000"},
                                           // the container's own group: the path is not there
                                           {base + "memory/memory.limit_in_bytes", "123456"}});
  EXPECT_EQ(found.cores, 2.5);
  EXPECT_EQ(found.bytes, 123456);
}

TEST(ProcessLimits, TheProcessHasCores) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), machine_cores());
}

TEST(ProcessLimits, MemoryFollowsTheLimitOfTheProcess) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer needs more address space than the limit leaves";
#endif
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  const std::int64_t all = usable_memory();
  EXPECT_GT(all, 0);
  const rlimit half{static_cast<rlim_t>(all / 2), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &half), 0);
  const std::int64_t limited = usable_memory();
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(limited, all / 2);
}

}  // namespace
}  // namespace dg
