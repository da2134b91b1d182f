// Crashes. The I/O threads that do not come back are in fault_stall.cpp.
#include "control/fault_watch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "control/fault_log.hpp"
#include "control/fault_text.hpp"
#include "control/spawn.hpp"

namespace appserver::control {
namespace {

constexpr std::size_t kLoggersMost = 8;  // at a time; a crash more is told in brief
constexpr unsigned kLoggerSeconds = 5;

std::string app_text(const board::AppName& name) {
  return std::string(name.spec.data()) + " (version " + name.version.data() + ")";
}

}  // namespace

FaultWatch::FaultWatch(board::Scoreboard& board, const config::Settings& settings,
                       std::function<void()> let_go)
    : board_(board), settings_(settings), let_go_(std::move(let_go)) {}

FaultWatch::~FaultWatch() {
  for (const pid_t pid : loggers_) ::waitpid(pid, nullptr, 0);
}

bool FaultWatch::reap(pid_t pid) {
  return std::erase(loggers_, pid) != 0;
}

/// Only versions that workers serve have rows: what a dying process has written is not
/// believed any further.
std::size_t FaultWatch::row_of(const board::Fault& fault) const {
  const std::string_view app =
      fault.work.app.view().substr(0, board::AppName::kSpecMost - 1);
  if (app.empty()) return 0;
  for (std::size_t row = 1; row < board_.row_count(); ++row) {
    const board::AppName& name = board_.name(row);
    if (app == name.spec.data() && fault.work.version.view() == name.version.data())
      return row;
  }
  return 0;
}

void FaultWatch::log_in_child(const board::Fault& fault, const std::string& what,
                              pid_t pid, bool is_crash) {
  const bool has_access_file =
      settings_.access_log == "-" || settings_.access_log.starts_with('/');
  const FaultReport report{fault,
                           what,
                           pid,
                           is_crash,
                           has_access_file ? settings_.access_log : "",
                           settings_.access_log_format};
  if (loggers_.size() < kLoggersMost) {
    const Child child = spawn(let_go_, [&report](Channel) {
      ::alarm(kLoggerSeconds);
      log_fault(report);
      return 0;
    });
    if (child.pid > 0) return loggers_.push_back(child.pid);
  }
  log::error(what + ": " + signal_text(fault, pid) + ", " + place_text(fault) +
             "; no more is said, there are too many at once");
}

void FaultWatch::worker_ended(const Workers::Process& process, bool unasked) {
  asked_.erase(process.pid);
  const bool is_given_up = given_up_.erase(process.pid) != 0;
  const board::FaultRecord& record = board_.faults(process.seat).crash;
  if (record.state.load(std::memory_order_acquire) == board::FaultRecord::kFree) {
    if (unasked) log_open_exchanges(process);
    return;
  }
  const board::Fault fault = record.fault;
  const std::string who = "worker " + std::to_string(process.slot + 1) + " (pid " +
                          std::to_string(process.pid) + ")";
  log_in_child(fault, (is_given_up ? "end of " : "crash of ") + who, process.pid, true);
  const std::size_t row = row_of(fault);
  if (is_given_up || is_from_outside(fault, process.pid) || row == 0) return;
  count_crash(row);
}

void FaultWatch::check_ended(pid_t pid) {
  board::FaultRecord& record = board_.faults(board::Scoreboard::kCheckSeat).crash;
  if (record.state.load(std::memory_order_acquire) == board::FaultRecord::kFree) return;
  const board::Fault fault = record.fault;
  record.state.store(board::FaultRecord::kFree);
  log_in_child(fault, "crash of the check process", pid, true);
}

/// Nobody could say a last word: what the scoreboard knows.
void FaultWatch::log_open_exchanges(const Workers::Process& process) {
  const board::Seat& seat = board_.seat(process.seat);
  std::string text;
  for (std::size_t row = 1; row < board_.row_count(); ++row) {
    const std::uint64_t open = seat.apps[row].in_flight.get();
    if (open == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(open) + " of " +
            app_text(board_.name(row));
  }
  const std::uint64_t since = seat.worker.busy_since_ns.get();
  if (text.empty()) text = "none of an app";
  if (since != 0) {
    const auto ms = (monotonic_now_ns() - since) / 1'000'000;
    text += "; its I/O thread had been at work for " + std::to_string(ms) + " ms";
  }
  log::error("open in worker " + std::to_string(process.slot + 1) + ": " + text);
}

void FaultWatch::count_crash(std::size_t row) {
  board::AppHealth& health = board_.health(row);
  health.crashes.add();
  const std::int64_t now = coarse_now_ms();
  auto& times = crashes_ms_[row];
  const std::int64_t window = settings_.faults.crash_window.count();
  std::erase_if(times, [&](std::int64_t time) { return now - time > window; });
  times.push_back(now);
  const auto limit = static_cast<std::size_t>(settings_.faults.crash_limit);
  if (limit == 0 || times.size() < limit || health.is_out_of_service.load()) return;
  health.is_out_of_service.store(true);
  log::critical(app_text(board_.name(row)) + " is out of service: it crashed " +
                std::to_string(times.size()) + " times within " +
                std::to_string(window / 1000) +
                " s; its requests are answered 503 until another version is loaded "
                "or it is restored; all other apps are served on");
}

bool FaultWatch::is_out_of_service(std::size_t row) const {
  return row < board_.row_count() && board_.health(row).is_out_of_service.load();
}

void FaultWatch::restore(std::size_t row) {
  crashes_ms_.erase(row);
  if (board_.health(row).is_out_of_service.exchange(false))
    log::info(app_text(board_.name(row)) + " is in service again");
}

void FaultWatch::reloaded(const site::SitePlan& plan) {
  for (std::size_t row = 1; row < board_.row_count(); ++row) {
    if (!is_out_of_service(row)) continue;
    const std::string_view version = board_.name(row).version.data();
    const bool is_served =
        std::any_of(plan.mounts.begin(), plan.mounts.end(), [&](const auto& planned) {
          return planned.copy.sha256.starts_with(version) &&
                 planned.mount.app == board_.name(row).spec.data();
        });
    if (!is_served) restore(row);
  }
}

}  // namespace appserver::control
