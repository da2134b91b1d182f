// What systemd is told of the service: sd_notify(3), datagrams of "NAME=value" lines to
// the socket that NOTIFY_SOCKET names. Knows no worker and no site; without a service
// manager every call does nothing.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace appserver::control {

/// Threads: the first process's only one.
class ServiceNotify {
 public:
  /// How long the I/O thread of a worker may be away from its loop before it does not
  /// answer, in ns; gives false when no worker answers.
  using Answers = std::function<bool(std::int64_t patience_ns)>;

  /// Silent.
  ServiceNotify() = default;
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of `environment`. What makes
  /// no sense is told in the log and is as if it were not there.
  explicit ServiceNotify(const std::map<std::string, std::string>& environment);

  /// Takes the variables away, so that no worker and no app has them.
  static void forget_variables();

  /// One datagram; waits at most 100 ms for whoever reads it.
  void tell(const std::string& lines) const;

  /// `status`: one line for a person.
  void ready(const std::string& status) const;
  void reloading() const;
  void stopping() const;
  /// Ready again after reloading(); `failure`: why what was before is served on.
  void reloaded(const std::string& status, const std::string& failure) const;

  /// Another process goes on with the service; what we say from now on is not heard.
  void hand_over(pid_t to) const;
  /// In that process, before it becomes another program: what forget_variables() took.
  void restore_variables() const;

  /// To be called about every 100 ms while the loop runs: asks for more time while the
  /// start takes long, and afterwards feeds the watchdog twice in its time, as long as
  /// somebody answers.
  void tick(std::int64_t now_ms, bool is_starting, const Answers& answers);

  [[nodiscard]] bool is_wanted() const { return where_size_ != 0; }

 private:
  std::string path_;  ///< as NOTIFY_SOCKET has it
  sockaddr_un where_{};
  socklen_t where_size_ = 0;  ///< 0: nobody wants to know
  std::int64_t watchdog_us_ = 0;
  std::optional<std::int64_t> next_ms_;  ///< when tick() has something to say
  bool was_starting_ = true;
};

}  // namespace appserver::control
