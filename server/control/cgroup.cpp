#include "control/cgroup.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace appserver::control {
namespace {

constexpr const char* kMounted = "/sys/fs/cgroup";

/// The folder of our group in the hierarchy of version 2, or of `controller` in version
/// 1, and those around it, from inside out; in a container the innermost may be all
/// that is seen.
std::vector<std::string> groups(const std::string& root,
                                const std::string& controller) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::vector<std::string> folders;
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_v2 = controller.empty() && names == ",,";
    const bool is_v1 =
        !controller.empty() && names.find("," + controller + ",") != std::string::npos;
    if (!is_v2 && !is_v1) continue;
    const std::string base =
        root + kMounted + (controller.empty() ? "" : "/" + controller);
    for (std::filesystem::path path = line.substr(second + 1);
         !path.empty() && path != path.root_path(); path = path.parent_path()) {
      folders.push_back(base + path.string());
    }
    folders.push_back(base);
  }
  return folders;
}

/// In CPUs; 0: none.
double quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  double quota = 0;
  double period = 0;
  return file >> quota >> period && period > 0 ? quota / period
                                               : 0;  // "max": no number
}

double quota_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us");
  std::ifstream period_file(folder + "/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  quota_file >> quota;
  period_file >> period;
  return quota_file && period_file && quota > 0 && period > 0 ? quota / period : 0;
}

/// The number behind `key` in a file of "key number" lines; false if it has none.
bool read_key(const std::string& path, const std::string& key, std::uint64_t& number) {
  std::ifstream file(path);
  std::string name;
  std::uint64_t value = 0;
  while (file >> name >> value) {
    if (name != key) continue;
    number = value;
    return true;
  }
  return false;
}

}  // namespace

int usable_cpus(const std::string& root) {
  cpu_set_t set;
  CPU_ZERO(&set);
  double cpus = 1;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) cpus = CPU_COUNT(&set);
  for (const std::string& folder : groups(root, "")) {
    if (const double quota = quota_v2(folder); quota > 0) cpus = std::min(cpus, quota);
  }
  for (const std::string& folder : groups(root, "cpu")) {
    if (const double quota = quota_v1(folder); quota > 0) cpus = std::min(cpus, quota);
  }
  return std::max(1, static_cast<int>(std::ceil(cpus)));
}

std::uint64_t oom_kills(const std::string& root) {
  std::uint64_t kills = 0;
  for (const std::string& folder : groups(root, "")) {
    if (read_key(folder + "/memory.events", "oom_kill", kills)) return kills;
  }
  for (const std::string& folder : groups(root, "memory")) {
    if (read_key(folder + "/memory.oom_control", "oom_kill", kills)) return kills;
  }
  read_key(root + "/proc/vmstat", "oom_kill", kills);
  return kills;
}

}  // namespace appserver::control
