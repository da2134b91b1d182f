#include "lint/interruption.hpp"

#include <sys/signalfd.h>

namespace appserver::lint {

Interruption::Interruption() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ::sigaddset(&held, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  // Without a descriptor (-1, which poll passes over) a signal waits for the end of the
  // run.
  fd_.reset(::signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC));
}

Interruption::~Interruption() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void stop_holding_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace appserver::lint
