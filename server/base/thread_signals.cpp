#include "base/thread_signals.hpp"

#include <pthread.h>
#include <signal.h>

namespace appserver {

void leave_signals_to_io_thread() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // cannot fail: both sets are valid
}

}  // namespace appserver
