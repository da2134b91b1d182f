// A new build of the server takes over from a running one (USR2): the old one starts it
// with its listening sockets, and stops when the new one serves. What connects
// meanwhile waits in sockets that are never closed.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/channel.hpp"
#include "control/sockets.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

/// What the environment variable APPSERVER says, in both directions: the channel's
/// descriptor, then the sockets, a line each: "5", "127.0.0.1:8000=6,7",
/// "unix:/run/a.sock=8".
std::string write_inheritance(int channel, const Inheritance& sockets);
/// False for anything that write_inheritance does not write.
bool read_inheritance(const std::string& text, int& channel, Inheritance& sockets);

/// In the new server: what it was started with; empty where nobody was before it. The
/// variable is taken out of the environment. Threads: before there are others.
class Predecessor {
 public:
  Predecessor();

  [[nodiscard]] const Inheritance& sockets() const { return sockets_; }

  [[nodiscard]] bool exists() const { return channel_.is_open(); }

  /// The new one serves: the old one may go.
  void tell_serving();

 private:
  Channel channel_;
  Inheritance sockets_;
};

/// In the old server: the one after it.
class Upgrade final : public net::Watch {
 public:
  /// `pidfile` is "" where there is none. `done`: it serves, or has failed and why.
  Upgrade(net::EventLoop& loop, std::string pidfile,
          std::function<void(const Error* why)> done);
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  ~Upgrade();

  /// Starts the program that this one was started as, with its words. Fails:
  /// WorkerBoot.
  Result<void> start(const Inheritance& sockets, const std::function<void()>& let_go);
  void on_ready(std::uint32_t events) override;
  /// Is it that process which ended? Then it is over.
  bool reap(pid_t pid, const std::string& how);

  [[nodiscard]] bool is_running() const { return pid_ > 0; }

  /// Of the new server; negative when there is none.
  [[nodiscard]] pid_t pid() const { return pid_; }

  [[nodiscard]] bool has_taken_over() const { return has_taken_over_; }

 private:
  void restore_pidfile();

  net::EventLoop& loop_;
  const std::string pidfile_;
  const std::function<void(const Error*)> done_;
  Channel channel_;
  pid_t pid_ = -1;
  bool has_taken_over_ = false;
};

}  // namespace appserver::control
