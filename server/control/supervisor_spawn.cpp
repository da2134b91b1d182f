// Worker processes of the supervisor: started, heard, replaced.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/supervisor.hpp"
#include "control/worker_process.hpp"

namespace appserver::control {
namespace {

// A slot whose worker died three times within ten seconds waits before the next try,
// longer each time, at most half a minute.
constexpr std::int64_t kDeathWindowMs = 10'000;
constexpr std::size_t kDeathsBeforeBackOff = 3;
constexpr std::int64_t kBackOffMs = 1'000;
constexpr std::int64_t kBackOffMostMs = 30'000;

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = ::sigabbrev_np(signal);
    return std::string("killed by SIG") + (name != nullptr ? name : "?") +
           (signal == SIGKILL ? " (perhaps out of memory, or by hand)" : "");
  }
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

/// In a child: what belongs to the supervisor alone. Nothing is destroyed, only closed.
void Supervisor::close_inherited() {
  loop_.close_in_child();
  ::close(signals_->fd());
  if (check_channel_.is_open()) ::close(check_channel_.fd());
  for (const auto& slot : slots_) {
    if (slot->channel.is_open()) ::close(slot->channel.fd());
  }
}

void Supervisor::spawn(Slot& slot) {
  auto [ours, theirs] = Channel::make_pair();
  slot.seat = board_->take_seat();  // there are more than there can be processes
  const pid_t pid = theirs.is_open() ? ::fork() : -1;
  if (pid == 0) {
    ours.close();
    close_inherited();
    ::_exit(run_worker_process(std::move(theirs), current_, *sockets_, slot.number,
                               {*board_, slot.seat}));
  }
  if (pid < 0) {
    log::error("cannot start a worker: " + std::string(::strerrordesc_np(errno)));
    board_->free_seat(std::exchange(slot.seat, -1));
    slot.start_at_ms = loop_.now_ms() + kBackOffMs;
    return;
  }
  slot.pid = pid;
  slot.state = SlotState::Booting;
  slot.candidate = committed_;
  slot.prepared = false;
  slot.channel = std::move(ours);
  loop_.add(slot.channel.fd(), EPOLLIN, slot);
}

void Supervisor::start_workers() {
  for (const auto& slot : slots_) spawn(*slot);
}

void Supervisor::on_worker_message(Slot& slot) {
  bool ended = false;
  for (const std::string& message : slot.channel.receive(ended)) {
    const auto [verb, rest] = split_message(message);
    if (verb == "ready") on_worker_ready(slot);
    if (verb == "prepared" && rest == stem(serial_)) on_prepared(slot);
    if (verb == "refused" && reload_ == Reload::Preparing) {
      const auto [candidate, why] = split_message(rest);
      if (candidate == stem(serial_)) reload_failed(why);
    }
    if (verb == "failed" && !serving_ && !failure_) {
      const auto [code, text] = split_message(rest);
      failure_ = Error{static_cast<ExitCode>(std::stoi(code)), text};
      begin_stop(0);
    } else if (verb == "failed") {
      log::error("a worker could not start: " + rest);
    }
  }
  if (!ended) return;
  loop_.remove(slot.channel.fd());
  slot.channel.close();  // its end is reported by SIGCHLD
}

void Supervisor::on_worker_ready(Slot& slot) {
  slot.state = SlotState::Ready;
  if (slot.candidate != committed_) {  // a reload went by while it came up: another one
    return replace(slot, 0);
  }
  if (reload_ == Reload::Preparing) slot.channel.send("prepare " + stem(serial_));
  log::info("worker " + std::to_string(slot.number + 1) + " (pid " +
            std::to_string(slot.pid) + ") is ready");
  release_orphan(slot);
  const bool all = std::all_of(slots_.begin(), slots_.end(), [](const auto& s) {
    return s->state == SlotState::Ready;
  });
  if (!all || std::exchange(announced_, true)) return;
  serving_ = true;
  for (const auto& planned : current_.plan.mounts) {
    log::info(serving_text(planned));
  }
  for (const std::string& url : sockets_->urls()) {
    log::info("listening on " + url + " (pid " + std::to_string(::getpid()) + ")");
  }
  if (std::exchange(reload_again_, false)) begin_reload();
}

void Supervisor::on_worker_end(Slot& slot, int status) {
  const pid_t pid = slot.pid;
  if (slot.channel.is_open()) on_worker_message(slot);  // what it said before it ended
  if (slot.channel.is_open()) loop_.remove(slot.channel.fd());
  slot.channel.close();
  slot.pid = -1;
  const std::uint64_t lost = board_->seat(slot.seat).worker.exchanges.get();
  board_->free_seat(std::exchange(slot.seat, -1));
  slot.kill_at_ms = 0;
  const bool was_booting = slot.state == SlotState::Booting;
  const bool was_asked = slot.state == SlotState::Leaving;
  slot.state = SlotState::Empty;
  if (stopping_) return;
  if (was_asked) return spawn(slot);
  log::error("worker " + std::to_string(slot.number + 1) + " (pid " +
             std::to_string(pid) + ") ended: " + how_it_ended(status) + "; " +
             std::to_string(lost) + " exchanges were open in it");
  if (!serving_ && was_booting) {
    failure_ = boot_error("worker " + std::to_string(slot.number + 1) +
                          " did not start: " + how_it_ended(status));
    return begin_stop(0);
  }
  adopt_orphan(slot);
  if (reload_ == Reload::Preparing) reload_failed("a worker ended while it prepared");
  const std::int64_t now = loop_.now_ms();
  auto& deaths = slot.deaths_ms;
  std::erase_if(deaths, [now](std::int64_t t) { return now - t > kDeathWindowMs; });
  deaths.push_back(now);
  const std::size_t over = deaths.size() < kDeathsBeforeBackOff
                               ? 0
                               : deaths.size() - kDeathsBeforeBackOff + 1;
  const std::int64_t wait =
      over == 0
          ? 0
          : std::min(kBackOffMs << std::min<std::size_t>(over - 1, 5), kBackOffMostMs);
  if (wait > 0)
    log::warning("it dies too often: the next try is in " + std::to_string(wait) +
                 " ms");
  slot.start_at_ms = now + wait;
  if (wait == 0) spawn(slot);
}

/// The worker finishes what it serves, a sibling accepts for it; another takes its
/// place.
void Supervisor::replace(Slot& slot, std::int64_t graceful_ms) {
  slot.channel.send("stop " + std::to_string(graceful_ms));
  slot.state = SlotState::Leaving;
  slot.kill_at_ms = loop_.now_ms() + graceful_ms + kKillGraceMs;
  adopt_orphan(slot);
}

void Supervisor::respawn_due(std::int64_t now_ms) {
  for (const auto& slot : slots_) {
    if (slot->kill_at_ms != 0 && now_ms >= slot->kill_at_ms && slot->pid > 0) {
      ::kill(slot->pid, SIGKILL);  // stuck in an app
    }
  }
  for (const auto& slot : slots_) {
    if (slot->state == SlotState::Empty && slot->pid < 0 &&
        now_ms >= slot->start_at_ms) {
      spawn(*slot);
    }
  }
}

/// While a slot is empty a sibling accepts what its sockets are given.
void Supervisor::adopt_orphan(Slot& slot) {
  for (const auto& other : slots_) {
    if (other->adopted_by == slot.number) {  // it cared for a third one, too
      other->adopted_by = -1;
      adopt_orphan(*other);
    }
  }
  if (slot.adopted_by >= 0) return;
  for (const auto& other : slots_) {
    if (other->state != SlotState::Ready) continue;
    other->channel.send("adopt " + std::to_string(slot.number));
    slot.adopted_by = other->number;
    return;
  }
}

void Supervisor::release_orphan(Slot& slot) {
  if (slot.adopted_by < 0) return;
  const auto& by =
      slots_.at(static_cast<std::size_t>(std::exchange(slot.adopted_by, -1)));
  if (by->state == SlotState::Ready)
    by->channel.send("release " + std::to_string(slot.number));
}

}  // namespace appserver::control
