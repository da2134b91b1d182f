// The supervisor's life: start, signals, the end of children, stop.
#include "control/supervisor.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"

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
  signals_ = std::make_unique<Signals>(
      loop_,
      std::initializer_list<int>{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD},
      [this](int signal) { on_signal(signal); });
  loop_.set_tick(kTickMs);
  if (!check_only_) {
    const int workers = current_.settings.workers;
    auto sockets = Sockets::open(current_.settings, workers);
    if (!sockets) return sockets.error();
    sockets_ = std::move(*sockets);
    board_ = board::Scoreboard::make();
    if (!board_) return boot_error("no memory for the scoreboard");
    for (int i = 0; i < workers; ++i) {
      slots_.push_back(std::make_unique<Slot>());
      slots_.back()->owner = this;
      slots_.back()->number = i;
    }
  }
  start_check();
  loop_.run(this);
  if (sockets_) sockets_->unlink_paths();
  if (failure_) return *failure_;
  return {};
}

void Supervisor::on_signal(int signal) {
  const std::int64_t graceful = current_.settings.timeouts.graceful.count();
  switch (signal) {
    case SIGCHLD:
      return reap();
    case SIGHUP:
      return begin_reload();
    case SIGUSR1:
      log::reopen();
      for (const auto& slot : slots_) {
        if (slot->channel.is_open()) slot->channel.send("reopen");
      }
      return;
    case SIGQUIT:
      log::info("QUIT: quick stop");
      failure_ = Error{ExitCode::Forced, "stopped at once"};
      return begin_stop(0);
    case SIGINT:
    case SIGTERM:
      if (stopping_ && signal == SIGINT) {
        log::warning("a second INT: forced stop");
        failure_ = Error{ExitCode::Forced, "forced to stop"};
        kill_at_ms_ = loop_.now_ms();
        return;
      }
      log::info(signal == SIGINT ? "INT: graceful stop" : "TERM: graceful stop");
      return begin_stop(graceful);
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
        const std::string how =
            WIFSIGNALED(status)
                ? "was ended by signal " + std::to_string(WTERMSIG(status))
                : "ended with " + std::to_string(WEXITSTATUS(status));
        end_check(app_error(
            "cannot load \"" + check_step_ + "\": the check process " + how +
            " while it was loaded or created (a static constructor or create() "
            "of it crashed)"));
      }
      continue;
    }
    const auto is_it = [pid](const auto& slot) { return slot->pid == pid; };
    const auto found = std::find_if(slots_.begin(), slots_.end(), is_it);
    if (found != slots_.end()) on_worker_end(**found, status);
    // anything else is an orphan that came to us as pid 1: reaped, no more
  }
  stop_loop_if_done();
}

void Supervisor::begin_stop(std::int64_t graceful_ms) {
  const bool again = stopping_;
  stopping_ = true;
  const std::int64_t kill_at = loop_.now_ms() + graceful_ms + kKillGraceMs;
  kill_at_ms_ = again ? std::min(kill_at_ms_, kill_at) : kill_at;
  if (check_pid_ > 0) ::kill(check_pid_, SIGKILL);
  if (sockets_) sockets_->close();
  for (const auto& slot : slots_) {
    slot->start_at_ms = 0;
    if (slot->state == SlotState::Ready) {
      slot->channel.send("stop " + std::to_string(graceful_ms));
      slot->state = SlotState::Leaving;
    } else if (slot->state == SlotState::Booting && slot->pid > 0) {
      ::kill(slot->pid, SIGKILL);
    } else if (slot->state == SlotState::Leaving && graceful_ms == 0) {
      slot->channel.send("stop 0");
    }
  }
  stop_loop_if_done();
}

void Supervisor::stop_loop_if_done() {
  if (!stopping_ || check_pid_ > 0) return;
  const bool any = std::any_of(slots_.begin(), slots_.end(),
                               [](const auto& slot) { return slot->pid > 0; });
  if (any) return;
  log::info("stopped");
  loop_.stop();
}

void Supervisor::before_batch(std::int64_t) {}

void Supervisor::after_batch(std::int64_t) {}

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
  if (stopping_ && now_ms >= kill_at_ms_) {
    for (const auto& slot : slots_) {
      if (slot->pid > 0) ::kill(slot->pid, SIGKILL);
    }
    return;
  }
  if (serving_ && !stopping_) respawn_due(now_ms);
}

}  // namespace appserver::control
