// The first process: owns sockets, settings, signals and the worker processes; never
// runs code of a plugin. One thread, one loop.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "control/candidate.hpp"
#include "control/channel.hpp"
#include "control/fault_watch.hpp"
#include "control/operations.hpp"
#include "control/service_notify.hpp"
#include "control/signals.hpp"
#include "control/sockets.hpp"
#include "control/upgrade.hpp"
#include "control/workers.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

/// Serves with worker processes until told to stop.
class Supervisor final : public net::LoopHooks {
 public:
  /// `runtime_dir` exists; the caller removes it.
  Supervisor(ConfigSource source, std::string runtime_dir);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// Checks, opens sockets, starts workers, serves. Returns when all is stopped.
  /// Fails: Usage, WorkerBoot, AppLoad when it could not start; Forced.
  Result<void> run();

  /// Only the check (--check-config): the error, or nothing.
  Result<void> check_only();

  void before_batch(std::int64_t now_us) override;
  void after_batch(std::int64_t now_ms) override;
  void on_tick(std::int64_t now_ms) override;

 private:
  static constexpr std::int64_t kKillGraceMs = 5'000;  // beyond the graceful timeout
  enum class Reload : unsigned char { None, Checking, Preparing };

  struct CheckWatch final : net::Watch {
    void on_ready(std::uint32_t) override { owner->on_check_message(); }

    Supervisor* owner = nullptr;
  };

  // supervisor.cpp
  void on_signal(int signal);
  void reap();
  void begin_stop(std::int64_t graceful_ms);
  void stop_loop_if_done();
  void close_inherited();
  void close_in_child();

  // supervisor_check.cpp: the check process and what follows from it
  void start_check();
  void on_check_message();
  void end_check(Result<void> outcome);
  void after_check(const Result<void>& outcome);
  void begin_reload();
  void on_prepared(Workers::Process& process);
  void reload_failed(const std::string& why);
  void give_up_preparing();
  void finish_reload();
  [[nodiscard]] std::string stem(int number) const;

  // supervisor_workers.cpp: what worker processes say and do
  Result<void> open_workers();
  void start_workers();
  void on_worker_ready(Workers::Process& process);
  void on_worker_said(Workers::Process& process, const std::string& verb,
                      const std::string& rest);
  bool on_worker_ended(const Workers::Process& process, const std::string& how,
                       bool unasked);
  void add_workers(int more);
  void announce();
  void begin_upgrade();

  // supervisor_operations.cpp: what operators and balancers are told and may ask for
  Result<void> open_operations();
  [[nodiscard]] Phase phase() const;
  [[nodiscard]] ServerState state() const;
  void reopen_logs();
  void set_log_level(const std::string& name);
  bool restore_app(const std::string& spec);
  void stop_quickly();
  void stop_gracefully(std::int64_t drain_ms);
  void end_drain();

  // supervisor_service.cpp: what the service manager is told
  [[nodiscard]] std::string service_status() const;
  void tell_service(std::int64_t now_ms);

  net::EventLoop loop_;
  ConfigSource source_;
  std::string runtime_dir_;
  Candidate current_;
  site::SitePlan former_plan_;  ///< the one before current_
  std::optional<Candidate> next_;
  std::unique_ptr<board::Scoreboard> board_;
  std::optional<Sockets> sockets_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<FaultWatch> faults_;  ///< from the first child on
  std::unique_ptr<Upgrade> upgrade_;
  Predecessor predecessor_;
  ServiceNotify notify_;
  std::unique_ptr<Operations> operations_;
  SupervisorCounts counts_;
  std::string last_refusal_;  ///< of a reload; "" after one that was not refused
  std::int64_t started_s_ = 0, started_ms_ = 0;
  std::int64_t drain_until_ms_ = 0;  ///< 0: not draining
  std::unique_ptr<Signals> signals_;
  CheckWatch check_watch_;
  AppOutput check_output_{loop_};
  Channel check_channel_;
  pid_t check_pid_ = -1;
  std::string check_step_;  ///< the app the check process is busy with
  std::int64_t check_deadline_ms_ = 0;
  std::int64_t kill_at_ms_ = 0;   ///< of a stop: what has not left then is killed
  std::optional<Error> failure_;  ///< why the loop ended, if not as asked
  int serial_ = 0;                ///< of candidates
  int committed_ = 0;             ///< the one in force
  std::int64_t prepare_deadline_ms_ = 0;
  Reload reload_ = Reload::None;
  bool reload_again_ = false, serving_ = false, stopping_ = false, announced_ = false;
  bool check_only_ = false;
  std::uint64_t oom_kills_ = 0;  ///< of our control group, as far as we know
};

}  // namespace appserver::control
