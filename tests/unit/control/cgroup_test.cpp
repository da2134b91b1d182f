// What control groups say, from files laid out as the kernel does.
#include "control/cgroup.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace appserver::control {
namespace {

class CgroupTest : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    const std::filesystem::path path = root_.path() + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    root_.write(name, text);
  }

  const appserver::testing::TempFolder root_;
};

TEST_F(CgroupTest, AQuotaIsRoundedUpToWorkers) {
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(usable_cpus(root_.path()), 1);
}

TEST_F(CgroupTest, WithoutAQuotaTheCpusCount) {
  const int cpus = usable_cpus(root_.path());
  EXPECT_GE(cpus, 1);
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(usable_cpus(root_.path()), cpus);
  put("sys/fs/cgroup/a/b/cpu.max", "99900000 100000\n");  // more than there are
  EXPECT_EQ(usable_cpus(root_.path()), cpus);
}

TEST_F(CgroupTest, TheQuotaOfAGroupAroundOursCounts) {
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/a/cpu.max", "10000 100000\n");
  EXPECT_EQ(usable_cpus(root_.path()), 1);
}

TEST_F(CgroupTest, InAContainerTheRootIsAllThatIsSeen) {
  put("proc/self/cgroup", "0::/elsewhere/of/the/host\n");
  put("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(usable_cpus(root_.path()), 1);
}

TEST_F(CgroupTest, VersionOneHasItInTwoFiles) {
  const int cpus = usable_cpus(root_.path());
  put("proc/self/cgroup", "4:memory:/x\n3:cpuacct,cpu:/x\n");
  put("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "100000\n");
  put("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(usable_cpus(root_.path()), 1);
  put("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(usable_cpus(root_.path()), cpus);
}

TEST_F(CgroupTest, KillsAreThoseOfOurGroup) {
  put("proc/vmstat", "pgfault 7\noom_kill 3\n");
  EXPECT_EQ(oom_kills(root_.path()), 3U);  // where no group tells
  put("proc/self/cgroup", "0::/a\n");
  put("sys/fs/cgroup/a/memory.events", "low 0\noom 4\noom_kill 2\n");
  EXPECT_EQ(oom_kills(root_.path()), 2U);
}

TEST_F(CgroupTest, WhatCannotBeReadIsNone) {
  put("proc/self/cgroup", "nonsense\n::\n0::\n");
  put("sys/fs/cgroup/cpu.max", "nonsense\n");
  EXPECT_GE(usable_cpus(root_.path()), 1);
  EXPECT_EQ(oom_kills(root_.path()), 0U);
}

}  // namespace
}  // namespace appserver::control
