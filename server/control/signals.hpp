// Signals as events of the loop: nothing of ours runs in a handler.
#pragma once

#include <signal.h>

#include <array>
#include <functional>
#include <span>

#include "base/unique_fd.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

/// What the first process answers; it blocks them all before it has a loop.
inline constexpr std::array kAnsweredSignals{SIGTERM, SIGINT,  SIGQUIT, SIGHUP,
                                             SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU};

/// Blocks the given signals for this thread and those it starts from now on, and
/// ignores SIGPIPE. To be called before any thread starts that could be hit by one of
/// them.
void block_signals(std::span<const int> signals);

/// Blocks the given signals for this thread (and those it starts) and reports them
/// here. SIGPIPE is ignored for the whole process.
class Signals final : public net::Watch {
 public:
  Signals(net::EventLoop& loop, std::span<const int> signals,
          std::function<void(int signal)> on_signal);
  void on_ready(std::uint32_t events) override;

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::function<void(int)> on_signal_;
};

}  // namespace appserver::control
