#include "base/thread_signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace appserver {
namespace {

// What unwinding and the record need, beside the frame of the signal, which holds all
// registers and is as large as the machine says.
constexpr std::size_t kHandlerBytes = 32 * 1024;

std::size_t stack_size() {
  const long frame = ::sysconf(_SC_MINSIGSTKSZ);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size =
      kHandlerBytes + static_cast<std::size_t>(std::max(frame, 0L));
  return (size + page - 1) / page * page;
}

}  // namespace

int stall_signal() {
  return SIGRTMAX - 3;
}

void ask_where_it_stands(int thread_id) {
  struct sigaction action {};

  ::sigaction(stall_signal(), nullptr, &action);
  if (thread_id != 0 && action.sa_handler != SIG_DFL)
    ::syscall(SYS_tgkill, ::getpid(), thread_id, stall_signal());
}

int this_thread_id() {
  thread_local int id = static_cast<int>(::syscall(SYS_gettid));
  return id;
}

void leave_signals_to_io_thread() {
  sigset_t all;
  ::sigfillset(&all);
  for (const int own :
       {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, stall_signal()}) {
    ::sigdelset(&all, own);
  }
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // cannot fail: both sets are valid
}

FaultStack::FaultStack() {
  stack_t current{};
  if (::sigaltstack(nullptr, &current) != 0 || (current.ss_flags & SS_DISABLE) == 0)
    return;
  size_ = stack_size();
  void* const pages = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return;
  bytes_ = pages;
  stack_t ours{};
  ours.ss_sp = bytes_;
  ours.ss_size = size_;
  ::sigaltstack(&ours, nullptr);
}

FaultStack::~FaultStack() {
  if (bytes_ == nullptr) return;
  stack_t current{};
  ::sigaltstack(nullptr, &current);
  if (current.ss_sp != bytes_) return;  // the app's now; ours may still be in its hands
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(bytes_, size_);
}

}  // namespace appserver
