#include "control/service_notify.hpp"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"

namespace appserver::control {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr timeval kSendWait{0, 100'000};  // of the supervisor's loop, at most
// A start that takes longer asks for more time before systemd's least usual limits,
// again and again; that it ends is startup_timeout's business.
constexpr std::int64_t kFirstExtensionMs = 1'000;
constexpr std::int64_t kExtendEachMs = 5'000;
constexpr const char* kExtension = "EXTEND_TIMEOUT_USEC=15000000";
constexpr std::int64_t kLeastWatchdogUs = 200'000;  // two ticks of the loop

std::string value_of(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// 0: not a number, or none.
std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::max<std::int64_t>(number, 0)
                                                   : 0;
}

/// A status is one line, whatever the text was.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

ServiceNotify::ServiceNotify(const Environment& environment) {
  const std::string path = value_of(environment, "NOTIFY_SOCKET");
  if (path.empty()) return;
  const bool is_name = path[0] == '/' || (path[0] == '@' && path.size() > 1);
  if (!is_name || path.size() >= sizeof where_.sun_path) {
    log::warning("NOTIFY_SOCKET " + path +
                 " is neither a path nor an abstract name; it is not used");
    return;
  }
  path_ = path;
  where_.sun_family = AF_UNIX;
  ::memcpy(where_.sun_path, path.data(), path.size());
  if (path[0] == '@') where_.sun_path[0] = '\0';  // unix(7): abstract, not ended by 0
  const std::size_t size = path.size() + (path[0] == '@' ? 0 : 1);
  where_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  const std::string pid = value_of(environment, "WATCHDOG_PID");
  if (pid.empty() || number_of(pid) == ::getpid())
    watchdog_us_ = number_of(value_of(environment, "WATCHDOG_USEC"));
  if (watchdog_us_ != 0 && watchdog_us_ < kLeastWatchdogUs) {
    log::warning("the watchdog's time of " + std::to_string(watchdog_us_) +
                 " us is too short to be kept; 200 ms is the least");
    watchdog_us_ = 0;
  }
}

void ServiceNotify::forget_variables() {
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): before the first thread
  }
}

// A socket for each message: a child that is forked meanwhile has none of it.
void ServiceNotify::tell(const std::string& lines) const {
  if (!is_wanted()) return;
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const bool sent =
      fd &&
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendWait, sizeof kSendWait) ==
          0 &&
      ::sendto(fd.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&where_), where_size_) >= 0;
  if (!sent) {
    log::warning(std::string("cannot tell the service manager (NOTIFY_SOCKET): ") +
                 ::strerrordesc_np(errno));
  }
}

void ServiceNotify::ready(const std::string& status) const {
  tell("READY=1\nSTATUS=" + one_line(status));
}

void ServiceNotify::reloading() const {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_now_ns() / 1000) +
       "\nSTATUS=reloading");
}

void ServiceNotify::stopping() const {
  tell("STOPPING=1\nSTATUS=stopping");
}

void ServiceNotify::reloaded(const std::string& status,
                             const std::string& failure) const {
  ready(failure.empty() ? status : status + "; the last reload failed: " + failure);
}

void ServiceNotify::hand_over(pid_t to) const {
  tell("MAINPID=" + std::to_string(to));
}

void ServiceNotify::restore_variables() const {
  if (!is_wanted()) return;
  // NOLINTBEGIN(concurrency-mt-unsafe): a process of one thread
  ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  if (watchdog_us_ != 0)
    ::setenv("WATCHDOG_USEC", std::to_string(watchdog_us_).c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
}

void ServiceNotify::tick(std::int64_t now_ms, bool is_starting,
                         const Answers& answers) {
  if (!is_wanted()) return;
  if (!next_ms_) next_ms_ = now_ms + kFirstExtensionMs;
  const bool has_started = was_starting_ && !is_starting;
  was_starting_ = is_starting;
  if (now_ms < *next_ms_ && !has_started) return;
  if (is_starting) {
    next_ms_ = now_ms + kExtendEachMs;
    return tell(kExtension);
  }
  if (watchdog_us_ == 0) return;
  next_ms_ = now_ms + watchdog_us_ / 2000;
  if (answers(watchdog_us_ * 1000)) tell("WATCHDOG=1");
}

}  // namespace appserver::control
