#include "control/socket_activation.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "config/value.hpp"

namespace appserver::control {
namespace {

constexpr int kFirst = 3;   // SD_LISTEN_FDS_START
constexpr int kMost = 256;  // far more than anybody listens on

std::string value_of(const config::Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

}  // namespace

Result<ActivatedSockets> take_activated_sockets(
    const config::Environment& environment) {
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): before the first thread
  const std::string count = value_of(environment, "LISTEN_FDS");
  const bool is_ours =
      value_of(environment, "LISTEN_PID") == std::to_string(::getpid());
  if (!is_ours || count.empty()) return ActivatedSockets{};
  const auto number = config::parse_integer(count, 0, kMost);
  if (!number) {
    return usage_error("LISTEN_FDS: \"" + count +
                       "\" is not a number of sockets, 0 to " + std::to_string(kMost));
  }
  return ActivatedSockets{static_cast<int>(*number),
                          value_of(environment, "LISTEN_FDNAMES")};
}

void use_activated_sockets(const ActivatedSockets& sockets, config::CommandLine& line) {
  if (sockets.count == 0) return;
  std::vector<std::string>& addresses = line.values["bind"];
  addresses.clear();
  for (int i = 0; i < sockets.count; ++i)
    addresses.push_back("fd://" + std::to_string(kFirst + i));
}

std::string activation_text(const ActivatedSockets& sockets) {
  if (sockets.count == 0) return "";
  std::string names;
  for (const char c : sockets.names)
    names += c == ':' ? std::string(", ") : std::string(1, c);
  return "listening on " + std::to_string(sockets.count) +
         (sockets.count == 1 ? " socket" : " sockets") + " of the service manager" +
         (names.empty() ? "" : " (" + names + ")") + " instead of bind";
}

void restore_activation(const ActivatedSockets& sockets) {
  if (sockets.count == 0) return;
  // NOLINTBEGIN(concurrency-mt-unsafe): a process of one thread
  ::setenv("LISTEN_FDS", std::to_string(sockets.count).c_str(), 1);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::setenv("LISTEN_FDNAMES", sockets.names.c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace appserver::control
