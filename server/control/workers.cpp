// The life of a worker process: started, heard, ended.
#include "control/workers.hpp"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/spawn.hpp"
#include "control/worker_process.hpp"

namespace appserver::control {
namespace {

// A slot whose worker died three times within ten seconds waits before the next try,
// longer each time, at most half a minute.
constexpr std::int64_t kDeathWindowMs = 10'000;
constexpr std::size_t kDeathsBeforeBackOff = 3;
constexpr std::int64_t kBackOffMs = 1'000;
constexpr std::int64_t kBackOffMostMs = 30'000;
constexpr std::int64_t kKillGraceMs = 5'000;  // beyond the graceful timeout

std::string name_of(const Workers::Process& process) {
  return "worker " + std::to_string(process.slot + 1) + " (pid " +
         std::to_string(process.pid) + ")";
}

}  // namespace

std::string how_it_ended(int status) {
  if (!WIFSIGNALED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return std::string("killed by SIG") + (name != nullptr ? name : "?");
}

Workers::Workers(net::EventLoop& loop, board::Scoreboard& board, Sockets& sockets,
                 Hooks hooks)
    : loop_(loop), board_(board), sockets_(sockets), hooks_(std::move(hooks)) {}

void Workers::serve(const Candidate& candidate, int serial) {
  candidate_ = &candidate;
  serial_ = serial;
}

Workers::Slot& Workers::slot_of(const Process& process) {
  return *slots_.at(static_cast<std::size_t>(process.slot));
}

Workers::Process* Workers::of(const Slot& slot, State state) const {
  for (const auto& process : processes_) {
    if (process->slot == slot.number && process->state == state) return process.get();
  }
  return nullptr;
}

void Workers::for_each_ready(const std::function<void(Process&)>& act) {
  for (const auto& process : processes_) {
    if (process->state == State::Ready) act(*process);
  }
}

bool Workers::are_all_ready() const {
  return std::all_of(slots_.begin(), slots_.end(), [this](const auto& slot) {
    return !slot->is_wanted || of(*slot, State::Ready) != nullptr;
  });
}

void Workers::close_in_child() {
  for (const auto& process : processes_) {
    if (process->channel.is_open()) ::close(process->channel.fd());
    process->output->close_in_child();
  }
}

void Workers::spawn(Slot& slot) {
  const int seat = board_.take_seat();  // there are more than workers can be wanted
  OutputPipe output = OutputPipe::open();
  Child child = control::spawn(
      [this] {
        close_in_child();
        hooks_.in_child();
      },
      [&](Channel channel) {
        output.divert();
        return run_worker_process(std::move(channel), *candidate_, sockets_,
                                  slot.number, {board_, seat});
      });
  if (child.pid < 0) {
    log::error("cannot start a worker: " + std::string(::strerrordesc_np(errno)));
    board_.free_seat(seat);
    slot.start_at_ms = loop_.now_ms() + kBackOffMs;
    return;
  }
  auto process = std::make_unique<Process>();
  process->owner = this;
  process->slot = slot.number;
  process->seat = seat;
  process->pid = child.pid;
  process->candidate = serial_;
  process->channel = std::move(child.channel);
  process->output = std::make_unique<AppOutput>(loop_);
  process->output->begin(std::move(output.read), name_of(*process));
  process->started_ms = loop_.now_ms();
  process->kill_at_ms =
      loop_.now_ms() + candidate_->settings.timeouts.startup.count() + kKillGraceMs;
  slot.start_at_ms = 0;
  loop_.add(process->channel.fd(), EPOLLIN, *process);
  processes_.push_back(std::move(process));
}

void Workers::hear(Process& process) {
  if (!process.channel.is_open()) return;
  bool ended = false;
  for (const Channel::Message& message : process.channel.receive(ended)) {
    const auto [verb, rest] = split_message(message.text);
    if (verb == "ready") {
      on_ready(process);
    } else {
      hooks_.said(process, verb, rest);
    }
  }
  if (!ended) return;
  loop_.remove(process.channel.fd());
  process.channel.close();  // its end is reported by SIGCHLD
}

void Workers::on_ready(Process& process) {
  if (process.state != State::Booting) return;  // it has been told to go
  Slot& slot = slot_of(process);
  Process* const before = of(slot, State::Ready);
  if (!slot.is_wanted) return leave(process, 0, "there are fewer");
  if (process.candidate != serial_) {
    leave(process, 0, "a reload went by while it came up");
    return spawn(slot);
  }
  process.state = State::Ready;
  process.kill_at_ms = 0;
  log::info(name_of(process) + " is ready");
  release(slot);
  if (before != nullptr) {
    leave(*before, candidate_->settings.timeouts.graceful.count(),
          before->leaves_because);
  }
  hooks_.ready(process);
}

void Workers::leave(Process& process, std::int64_t graceful_ms,
                    const std::string& because, bool gently) {
  process.channel.send((gently ? "leave " : "stop ") + std::to_string(graceful_ms));
  process.state = State::Leaving;
  process.leaves_because = because;
  process.kill_at_ms = loop_.now_ms() + graceful_ms + kKillGraceMs;
  forget_adopter(process);
}

bool Workers::reap(pid_t pid, int status) {
  const auto is_it = [pid](const auto& process) { return process->pid == pid; };
  const auto found = std::find_if(processes_.begin(), processes_.end(), is_it);
  if (found == processes_.end()) return false;
  hear(**found);  // what it said before it ended
  (*found)->output->end();
  ended_.push_back(std::move(*found));
  processes_.erase(found);
  Process* const process = ended_.back().get();
  if (process->channel.is_open()) loop_.remove(process->channel.fd());
  process->channel.close();
  forget_adopter(*process);
  const bool unasked = process->state != State::Leaving && !stopping_;
  const std::string how = how_it_ended(status);
  if (unasked) {
    const board::WorkerCounts& had = board_.seat(process->seat).worker;
    log::error(name_of(*process) + " ended: " + how + "; " +
               std::to_string(had.exchanges.get()) + " exchanges were open in it, on " +
               std::to_string(had.connections.get()) + " connections");
  }
  const bool is_its_fault = hooks_.ended(*process, how, unasked);
  board_.free_seat(process->seat);
  if (stopping_) return true;
  Slot& slot = slot_of(*process);
  if (of(slot, State::Ready) == nullptr) adopt(slot);
  if (unasked && is_its_fault) back_off(slot);
  tick(loop_.now_ms());
  return true;
}

/// Its worker died: when may another be started?
void Workers::back_off(Slot& slot) {
  const std::int64_t now = loop_.now_ms();
  auto& deaths = slot.deaths_ms;
  std::erase_if(deaths, [now](std::int64_t t) { return now - t > kDeathWindowMs; });
  deaths.push_back(now);
  slot.start_at_ms = now;
  if (deaths.size() < kDeathsBeforeBackOff) return;
  const std::size_t over = deaths.size() - kDeathsBeforeBackOff;
  const std::int64_t wait =
      std::min(kBackOffMs << std::min<std::size_t>(over, 5), kBackOffMostMs);
  log::warning("worker " + std::to_string(slot.number + 1) +
               " dies too often: the next try is in " + std::to_string(wait) + " ms");
  slot.start_at_ms = now + wait;
}

void Workers::stop(std::int64_t graceful_ms, bool gently) {
  stopping_ = true;
  for (const auto& process : processes_) {
    if (process->state == State::Ready) {
      leave(*process, graceful_ms, "the server stops", gently);
    } else if (process->state == State::Booting) {
      ::kill(process->pid, SIGKILL);
    } else if (!gently) {
      process->channel.send("stop " + std::to_string(graceful_ms));
    }
  }
}

void Workers::kill_all() {
  for (const auto& process : processes_) ::kill(process->pid, SIGKILL);
}

void Workers::tick(std::int64_t now_ms) {
  for (const auto& process : processes_) {
    if (process->kill_at_ms == 0 || now_ms < process->kill_at_ms) continue;
    log::warning(name_of(*process) + " does not end in time and is killed");
    process->kill_at_ms = 0;
    ::kill(process->pid, SIGKILL);
  }
  if (stopping_) return;
  for (const auto& slot : slots_) {
    if (!slot->is_wanted || now_ms < slot->start_at_ms) continue;
    if (of(*slot, State::Ready) != nullptr || of(*slot, State::Booting) != nullptr)
      continue;
    spawn(*slot);
  }
  recycle(now_ms);
}

}  // namespace appserver::control
