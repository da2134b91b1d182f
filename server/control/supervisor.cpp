// The supervisor's life: start, signals, the end of children, stop.
#include "control/supervisor.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/identity.hpp"

namespace appserver::control {
namespace {

constexpr int kTickMs = 100;

}  // namespace

Supervisor::Supervisor(ConfigSource source, std::string runtime_dir)
    : source_(std::move(source)), runtime_dir_(std::move(runtime_dir)) {
  check_watch_.owner = this;
}

Supervisor::~Supervisor() {
  if (check_pid_ > 0) {
    ::kill(check_pid_, SIGKILL);
    ::waitpid(check_pid_, nullptr, 0);
  }
}

Result<void> Supervisor::check_only() {
  check_only_ = true;
  return run();
}

Result<void> Supervisor::run() {
  auto settings = read_settings(source_);
  if (!settings) return settings.error();
  current_.settings = std::move(*settings);
  std::vector<int> signals(kAnsweredSignals.begin(), kAnsweredSignals.end());
  signals.push_back(SIGCHLD);
  signals_ = std::make_unique<Signals>(loop_, signals,
                                       [this](int signal) { on_signal(signal); });
  loop_.set_tick(kTickMs);
  board_ = board::Scoreboard::make();
  if (!board_) return boot_error("no memory for the scoreboard");
  faults_ = std::make_unique<FaultWatch>(*board_, current_.settings,
                                         [this] { close_in_child(); });
  if (!check_only_) {
    notify_ = ServiceNotify(source_.environment);
    const auto opened = open_workers();
    if (!opened) return opened.error();
    if (!predecessor_.exists()) {  // else when that one may go
      const auto listening = open_operations();
      if (!listening) return listening.error();
    }
  }
  const auto became = become(current_.settings, sockets_ ? &*sockets_ : nullptr);
  if (!became) return became.error();
  start_check();
  loop_.run(this);
  const bool is_succeeded = upgrade_ && upgrade_->has_taken_over();
  if (sockets_ && !is_succeeded) sockets_->unlink_paths();
  if (failure_) return *failure_;
  return {};
}

void Supervisor::on_signal(int signal) {
  const std::int64_t drain = current_.settings.timeouts.drain_delay.count();
  switch (signal) {
    case SIGCHLD:
      return reap();
    case SIGHUP:
      return begin_reload();
    case SIGUSR1:
      return reopen_logs();
    case SIGTTIN:
      return add_workers(1);
    case SIGTTOU:
      return add_workers(-1);
    case SIGUSR2:
      return begin_upgrade();
    case SIGQUIT:
      return stop_quickly();
    case SIGINT:
    case SIGTERM:
      if (stopping_ && signal == SIGINT) {
        log::warning("a second INT: forced stop");
        failure_ = Error{ExitCode::Forced, "forced to stop"};
        kill_at_ms_ = loop_.now_ms();
        return;
      }
      log::info(signal == SIGINT ? "INT: graceful stop" : "TERM: graceful stop");
      return stop_gracefully(signal == SIGTERM ? drain : 0);
    default:
      return;
  }
}

void Supervisor::reap() {
  while (true) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid <= 0) break;
    if (pid == check_pid_) {
      on_check_message();  // what it said before it ended
      if (check_pid_ == pid) {
        check_pid_ = -1;
        faults_->check_ended(pid);
        end_check(app_error(
            "cannot load \"" + check_step_ + "\": the check process ended (" +
            how_it_ended(status) +
            ") while it was loaded or created (a static constructor or create() "
            "of it crashed)"));
      }
      continue;
    }
    if (workers_ && workers_->reap(pid, status)) continue;
    if (faults_->reap(pid)) continue;
    if (upgrade_) upgrade_->reap(pid, how_it_ended(status));
    // anything else is an orphan that came to us as pid 1: reaped, no more
  }
  stop_loop_if_done();
}

void Supervisor::begin_stop(std::int64_t graceful_ms) {
  const bool again = stopping_;
  stopping_ = true;
  drain_until_ms_ = 0;
  if (!again && !(upgrade_ && upgrade_->has_taken_over())) notify_.stopping();
  const std::int64_t kill_at = loop_.now_ms() + graceful_ms + kKillGraceMs;
  kill_at_ms_ = again ? std::min(kill_at_ms_, kill_at) : kill_at;
  if (check_pid_ > 0) ::kill(check_pid_, SIGKILL);
  if (sockets_) sockets_->close();
  if (operations_) operations_->begin_stop(upgrade_ && upgrade_->has_taken_over());
  const bool gently = upgrade_ && upgrade_->has_taken_over() && graceful_ms > 0;
  if (workers_) workers_->stop(graceful_ms, gently);
  stop_loop_if_done();
}

void Supervisor::close_in_child() {
  close_inherited();
  if (workers_) workers_->close_in_child();
}

/// In a child: what belongs to the supervisor alone. Nothing is destroyed, only closed.
void Supervisor::close_inherited() {
  loop_.close_in_child();
  ::close(signals_->fd());
  if (check_channel_.is_open()) ::close(check_channel_.fd());
  check_output_.close_in_child();
  if (operations_) operations_->close_in_child();
}

void Supervisor::stop_loop_if_done() {
  if (!stopping_ || check_pid_ > 0) return;
  if (workers_ && workers_->has_any()) return;
  log::info("stopped");
  loop_.stop();
}

void Supervisor::before_batch(std::int64_t) {}

void Supervisor::after_batch(std::int64_t) {
  if (workers_) workers_->forget_ended();
  if (operations_) operations_->forget_ended();
}

void Supervisor::on_tick(std::int64_t now_ms) {
  if (check_pid_ > 0 && check_deadline_ms_ != 0 && now_ms >= check_deadline_ms_) {
    const pid_t late = std::exchange(check_pid_, -1);
    ::kill(late, SIGKILL);
    end_check(
        app_error("cannot start \"" + check_step_ +
                  "\": loading and create() took longer than the startup timeout of " +
                  std::to_string(current_.settings.timeouts.startup.count()) +
                  " ms; make create() quicker or raise --startup-timeout"));
  }
  if (reload_ == Reload::Preparing && now_ms >= prepare_deadline_ms_)
    give_up_preparing();
  if (!workers_) return;
  tell_service(now_ms);
  if (operations_) operations_->tick(now_ms);
  if (drain_until_ms_ != 0 && now_ms >= drain_until_ms_) end_drain();
  if (stopping_ && now_ms >= kill_at_ms_) return workers_->kill_all();
  if (serving_) faults_->tick(*workers_);
  if (serving_) workers_->tick(now_ms);
}

}  // namespace appserver::control
