// What the kernel's control groups allow this process: containers limit CPU time and
// memory there, and the number of CPUs says nothing of it.
#pragma once

#include <cstdint>
#include <string>

namespace appserver::control {

/// How many workers this process has CPU time for: the CPUs that it may run on, or less
/// where its control group, or one around it, has a quota; at least 1. `root` is where
/// the file systems are, "" but in tests.
int usable_cpus(const std::string& root = "");

/// How often the kernel has killed a process of our control group for lack of memory;
/// where that cannot be known, of the whole machine.
std::uint64_t oom_kills(const std::string& root = "");

}  // namespace appserver::control
