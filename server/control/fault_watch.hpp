// What plugins do to worker processes, and what follows: a crash is logged whole and
// counted against its app, an app that crashes too often is taken out of service, a
// worker whose I/O thread does not come back is asked where it stands and replaced.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "board/scoreboard.hpp"
#include "config/settings.hpp"
#include "control/workers.hpp"
#include "site/site_plan.hpp"

namespace appserver::control {

/// Threads: the supervisor's only one.
class FaultWatch {
 public:
  /// `settings`: those in force, also after a reload. `let_go`: in a forked child,
  /// closes what is the supervisor's alone. All outlive it.
  FaultWatch(board::Scoreboard& board, const config::Settings& settings,
             std::function<void()> let_go);
  FaultWatch(const FaultWatch&) = delete;
  FaultWatch& operator=(const FaultWatch&) = delete;
  /// Waits for what is being logged; that takes seconds at most.
  ~FaultWatch();

  /// A worker process is gone; its seat is still as it left it. `unasked`: nobody told
  /// it to go.
  void worker_ended(const Workers::Process& process, bool unasked);
  /// So is the check process, before it had said how it went.
  void check_ended(pid_t pid);
  /// A child that is none of the others' has ended: one that wrote to the log?
  bool reap(pid_t pid);

  /// Looks at the I/O threads. Called ten times a second.
  void tick(Workers& workers);
  /// A successor serves: whoever is stuck in its slot is ended, and says where it was.
  void worker_ready(const Workers::Process& process, const Workers& workers);

  /// Are requests of this version answered 503 without calling it?
  [[nodiscard]] bool is_out_of_service(std::size_t row) const;
  /// It is called again, as if it had never crashed.
  void restore(std::size_t row);
  /// Other versions may be served now: whichever is not any more is forgiven.
  void reloaded(const site::SitePlan& plan);

 private:
  void log_in_child(const board::Fault& fault, const std::string& what, pid_t pid,
                    bool is_crash);
  void count_crash(std::size_t row);
  void log_open_exchanges(const Workers::Process& process);
  void look_at(Workers::Process& process, Workers& workers);
  void take_stall(const Workers::Process& process);
  [[nodiscard]] std::size_t row_of(const board::Fault& fault) const;

  board::Scoreboard& board_;
  const config::Settings& settings_;
  const std::function<void()> let_go_;
  std::map<std::size_t, std::vector<std::int64_t>> crashes_ms_;  ///< by row, recent
  std::vector<pid_t> loggers_;
  std::map<pid_t, std::uint64_t> asked_;  ///< workers, about the batch begun then
  std::map<pid_t, std::uint64_t> given_up_;
};

}  // namespace appserver::control
