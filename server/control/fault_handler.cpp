// Frames come from _Unwind_Backtrace: neither our binary nor plugins keep frame
// pointers, and in its form of today it takes no lock and no memory (glibc 2.35's
// _dl_find_object). What it does on a ruined stack nobody knows, so all else is written
// first: a fault in here ends the process, and the record stays as far as it came.
#include "control/fault_handler.hpp"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <array>
#include <cerrno>

#include "base/clock.hpp"
#include "base/thread_signals.hpp"

namespace appserver::control {
namespace {

using board::Fault;
using board::FaultRecord;

constexpr std::array kFaults{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::uint64_t kNullPage = 4096;  // no code is there

board::Faults* faults = nullptr;

struct Registers {
  std::uint64_t program = 0, stack = 0, link = 0;  ///< link: 0 where there is none
};

Registers registers_of(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {static_cast<std::uint64_t>(machine.gregs[REG_RIP]),
          static_cast<std::uint64_t>(machine.gregs[REG_RSP]), 0};
#elif defined(__aarch64__)
  return {machine.pc, machine.sp, machine.regs[30]};
#else
  static_cast<void>(machine);
  return {};
#endif
}

std::uint64_t module_of(Fault& record, std::uint64_t address) {
  dl_find_object found{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a frame's address is a number
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return 0;
  const std::uint64_t base = found.dlfo_link_map->l_addr;
  std::uint32_t i = 0;
  while (i < record.module_count && record.modules[i].base != base) ++i;
  if (i == Fault::kModulesMost) return 0;
  if (i == record.module_count) {
    record.modules[i].base = base;
    const char* const name = found.dlfo_link_map->l_name;
    record.modules[i].path.set(name == nullptr ? "" : name);
    ++record.module_count;
  }
  return i + 1;
}

void add_frame(Fault& record, std::uint64_t address, bool returns_there) {
  if (record.frame_count == Fault::kFramesMost) return;
  Fault::Frame& frame = record.frames[record.frame_count];
  frame.address = address;
  // A call may be the last instruction of a function, and its return not in it.
  frame.module = module_of(record, returns_there ? address - 1 : address);
  ++record.frame_count;
}

struct Walk {
  Fault& record;
  std::uint64_t program;
  bool is_below_fault = false;  ///< the handler's own frames are over
  int seen = 0;
};

constexpr int kStepsMost = 256;

_Unwind_Reason_Code on_frame(_Unwind_Context* context, void* to) {
  auto& walk = *static_cast<Walk*>(to);
  const auto address = static_cast<std::uint64_t>(_Unwind_GetIP(context));
  if (++walk.seen > kStepsMost) return _URC_END_OF_STACK;
  if (walk.is_below_fault) {
    if (address == 0) return _URC_END_OF_STACK;
    add_frame(walk.record, address, true);
  } else if (address == walk.program) {
    walk.is_below_fault = true;  // added already
  }
  return _URC_NO_REASON;
}

void write_frames(Fault& record, const Registers& registers) {
  add_frame(record, registers.program, false);
  Walk walk{record, registers.program};
  _Unwind_Backtrace(on_frame, &walk);
  if (record.frame_count > 1 || registers.program >= kNullPage) return;
  // A call through a null pointer: nothing is known of address 0, but who called is.
  if (registers.link != 0) return add_frame(record, registers.link, true);
#if defined(__x86_64__)
  // NOLINTNEXTLINE(performance-no-int-to-ptr): so is a register
  add_frame(record, *reinterpret_cast<const std::uint64_t*>(registers.stack), true);
#endif
}

void write_fault(Fault& record, int signal, const siginfo_t& info,
                 const void* context) {
  const Registers registers = registers_of(context);
  record.signal = signal;
  record.code = info.si_code;
  record.sender = info.si_code <= 0 ? info.si_pid : 0;
  record.thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
  record.address = info.si_code > 0 ? reinterpret_cast<std::uint64_t>(info.si_addr) : 0;
  record.stack = registers.stack;
  record.at_us = static_cast<std::int64_t>(monotonic_now_ns() / 1000);
  record.frame_count = record.module_count = 0;
  record.work = WorkNote{};
  const Work work = work_of_thread;
  if (record.thread == ::getpid()) record.work.thread = WorkNote::Thread::Io;
  if (work.subject != nullptr) work.describe(work.subject, record.work);
  write_frames(record, registers);
}

bool begin(FaultRecord& record) {
  std::uint32_t free = FaultRecord::kFree;
  return record.state.compare_exchange_strong(free, FaultRecord::kBegun);
}

/// Two threads may fault at once: the second waits for the first, but not for ever.
void wait_for_other(const FaultRecord& record) {
  constexpr timespec kPause{0, 10'000'000};
  for (int i = 0; i < 100 && record.state.load() == FaultRecord::kBegun; ++i)
    ::nanosleep(&kPause, nullptr);
}

void on_fault(int signal, siginfo_t* info, void* context) {
  FaultRecord& record = faults->crash;
  if (begin(record)) {
    write_fault(record.fault, signal, *info, context);
    record.state.store(FaultRecord::kWhole, std::memory_order_release);
  } else {
    wait_for_other(record);
  }

  // Not SA_RESETHAND: a second thread that faults meanwhile would end the first. An
  // instruction that faulted does so again, and the core shows it as it was; whatever
  // else it was is sent again, to be delivered when this returns.
  struct sigaction usual {};

  usual.sa_handler = SIG_DFL;
  ::sigaction(signal, &usual, nullptr);
  const bool faults_again = info->si_code > 0 && signal != SIGTRAP && signal != SIGSYS;
  if (!faults_again) ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), signal);
}

void on_stall(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  FaultRecord& record = faults->stall;
  if (begin(record)) {
    write_fault(record.fault, signal, *info, context);
    record.state.store(FaultRecord::kWhole, std::memory_order_release);
  }
  errno = error;
}

_Unwind_Reason_Code at_once(_Unwind_Context* /*context*/, void* /*to*/) {
  return _URC_END_OF_STACK;
}

}  // namespace

void report_faults_to(board::Faults& to) {
  faults = &to;
  to.crash.state.store(FaultRecord::kFree);
  to.stall.state.store(FaultRecord::kFree);
  _Unwind_Backtrace(at_once, nullptr);  // what it loads at its first use is here then

  struct sigaction action {};

  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigfillset(&action.sa_mask);
  for (const int fault : kFaults) ::sigdelset(&action.sa_mask, fault);
  for (const int fault : kFaults) {
    struct sigaction before {};

    ::sigaction(fault, nullptr, &before);
    if (before.sa_handler == SIG_DFL) ::sigaction(fault, &action, nullptr);
  }
  action.sa_sigaction = on_stall;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  ::sigaction(stall_signal(), &action, nullptr);
}

}  // namespace appserver::control
