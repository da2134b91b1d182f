#include "control/signals.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace appserver::control {

namespace {

sigset_t set_of(std::span<const int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals(std::span<const int> signals) {
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));  // cannot fail for SIGPIPE
  const sigset_t set = set_of(signals);
  ::pthread_sigmask(SIG_SETMASK, &set, nullptr);
}

Signals::Signals(net::EventLoop& loop, std::span<const int> signals,
                 std::function<void(int signal)> on_signal)
    : on_signal_(std::move(on_signal)) {
  block_signals(signals);
  const sigset_t set = set_of(signals);
  fd_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  loop.add(fd_.get(), EPOLLIN, *this);
}

void Signals::on_ready(std::uint32_t) {
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    on_signal_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace appserver::control
