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
#include "control/signals.hpp"
#include "control/sockets.hpp"
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
  enum class SlotState : unsigned char { Empty, Booting, Ready, Leaving };
  enum class Reload : unsigned char { None, Checking, Preparing };

  /// One place for a worker; its process comes and goes.
  struct Slot final : net::Watch {
    void on_ready(std::uint32_t) override { owner->on_worker_message(*this); }

    Supervisor* owner = nullptr;
    int number = 0;
    int seat = -1;  ///< of the scoreboard, while it has a process
    pid_t pid = -1;
    Channel channel;
    SlotState state = SlotState::Empty;
    bool prepared = false;
    int candidate = 0;             ///< the serial it was started with
    int adopted_by = -1;           ///< the sibling that accepts for us meanwhile
    std::int64_t kill_at_ms = 0;   ///< Leaving: when patience ends; 0: not
    std::int64_t start_at_ms = 0;  ///< Empty: when to try again
    std::vector<std::int64_t> deaths_ms;
  };

  struct CheckWatch final : net::Watch {
    void on_ready(std::uint32_t) override { owner->on_check_message(); }

    Supervisor* owner = nullptr;
  };

  // supervisor.cpp
  void on_signal(int signal);
  void reap();
  void begin_stop(std::int64_t graceful_ms);
  void stop_loop_if_done();

  // supervisor_check.cpp: the check process and what follows from it
  void start_check();
  void on_check_message();
  void end_check(Result<void> outcome);
  void after_check(const Result<void>& outcome);
  void begin_reload();
  void on_prepared(Slot& slot);
  void reload_failed(const std::string& why);
  void give_up_preparing();
  void finish_reload();
  [[nodiscard]] std::string stem(int number) const;

  // supervisor_spawn.cpp: worker processes
  void spawn(Slot& slot);
  void start_workers();
  void on_worker_message(Slot& slot);
  void on_worker_ready(Slot& slot);
  void on_worker_end(Slot& slot, int status);
  void replace(Slot& slot, std::int64_t graceful_ms);
  void release_orphan(Slot& slot);
  void adopt_orphan(Slot& slot);
  void close_inherited();
  void respawn_due(std::int64_t now_ms);

  net::EventLoop loop_;
  ConfigSource source_;
  std::string runtime_dir_;
  Candidate current_;
  site::SitePlan former_plan_;  ///< the one before current_
  std::optional<Candidate> next_;
  std::unique_ptr<board::Scoreboard> board_;
  std::optional<Sockets> sockets_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::unique_ptr<Signals> signals_;
  CheckWatch check_watch_;
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
  bool check_only_ = false, killed_some_ = false;
};

}  // namespace appserver::control
