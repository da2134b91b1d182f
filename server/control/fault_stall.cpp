// I/O threads that do not come back to their loop: an app holds them. Nothing is asked
// of the worker that it would have to come back for: its seat says since when it is
// away, and a signal makes the thread write down where it stands.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread_signals.hpp"
#include "control/fault_log.hpp"
#include "control/fault_watch.hpp"

namespace appserver::control {
namespace {

/// The I/O thread of a process is its first.
void signal_io_thread(pid_t pid, int signal) {
  ::syscall(SYS_tgkill, pid, pid, signal);
}

std::string name_of(const Workers::Process& process) {
  return "worker " + std::to_string(process.slot + 1) + " (pid " +
         std::to_string(process.pid) + ")";
}

}  // namespace

void FaultWatch::tick(Workers& workers) {
  std::vector<Workers::Process*> ready;
  workers.for_each_ready([&](Workers::Process& process) { ready.push_back(&process); });
  for (Workers::Process* const process : ready) look_at(*process, workers);
}

/// Once for each batch of events that an I/O thread is away with.
void FaultWatch::look_at(Workers::Process& process, Workers& workers) {
  take_stall(process);
  const std::uint64_t row = board_.seat(process.seat).worker.stuck_row.get();
  if (row != 0 && row < board_.row_count() && process.leaves_because.empty()) {
    log::error(name_of(process) + ": all threads of " + board_.name(row).spec.data() +
               " are past the timeout; another worker takes its place");
    workers.succeed(process, "timeout");
  }
  const std::uint64_t since = board_.seat(process.seat).worker.busy_since_ns.get();
  if (since == 0) return;
  const auto away_ms = (static_cast<std::int64_t>(monotonic_now_ns()) -
                        static_cast<std::int64_t>(since)) /
                       1'000'000;
  const std::int64_t stall = settings_.faults.event_stall.count();
  if (stall != 0 && away_ms >= stall && asked_[process.pid] != since) {
    asked_[process.pid] = since;
    signal_io_thread(process.pid, stall_signal());
  }
  const std::int64_t timeout = settings_.timeouts.request.count();
  if (timeout == 0 || away_ms < timeout) return;
  const auto lost = board_.seat(process.seat).worker.exchanges.get();
  log::error(name_of(process) + " is stuck: its I/O thread is away for " +
             std::to_string(away_ms) + " ms, longer than the timeout; " +
             std::to_string(lost) +
             " exchanges are open in it; another takes its place");
  given_up_[process.pid] = since;
  workers.replace(process, settings_.timeouts.graceful.count(), "timeout");
}

void FaultWatch::take_stall(const Workers::Process& process) {
  board::FaultRecord& record = board_.faults(process.seat).stall;
  if (record.state.load(std::memory_order_acquire) != board::FaultRecord::kWhole)
    return;
  const board::Fault fault = record.fault;
  record.state.store(board::FaultRecord::kFree, std::memory_order_release);
  log_in_child(fault, "stall of " + name_of(process), process.pid, false);
}

/// One that has come back meanwhile finishes what it has.
void FaultWatch::worker_ready(const Workers::Process& process, const Workers& workers) {
  for (const auto& other : workers.all()) {
    const auto found = given_up_.find(other->pid);
    if (other->slot != process.slot || found == given_up_.end()) continue;
    const auto since = board_.seat(other->seat).worker.busy_since_ns.get();
    if (since == found->second) {
      signal_io_thread(other->pid, SIGABRT);
    } else {
      given_up_.erase(found);
    }
  }
}

}  // namespace appserver::control
