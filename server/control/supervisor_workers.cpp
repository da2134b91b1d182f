// What the supervisor makes of its worker processes: the start, what they say, how many
// there shall be.
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/cgroup.hpp"
#include "control/start_folder.hpp"
#include "control/supervisor.hpp"

namespace appserver::control {
namespace {

constexpr int kWorkersMost = 1024;

}  // namespace

Result<void> Supervisor::open_workers() {
  auto sockets = Sockets::open(current_.settings, predecessor_.sockets());
  if (!sockets) return sockets.error();
  sockets_ = std::move(*sockets);
  while (sockets_->slots() < current_.settings.workers) {
    const auto added = sockets_->add_slot();
    if (!added) return added.error();
  }
  oom_kills_ = oom_kills();
  workers_ = std::make_unique<Workers>(
      loop_, *board_, *sockets_,
      Workers::Hooks{[this] { close_inherited(); },
                     [this](auto& process) { on_worker_ready(process); },
                     [this](auto& process, const auto& verb, const auto& rest) {
                       on_worker_said(process, verb, rest);
                     },
                     [this](const auto& process, const auto& how, bool unasked) {
                       return on_worker_ended(process, how, unasked);
                     }});
  upgrade_ = std::make_unique<Upgrade>(
      loop_, current_.settings.pidfile, [this](const Error* why) {
        if (why != nullptr) return log::error("USR2: " + why->text + "; we serve on");
        log::info("USR2: the new server serves, this one stops");
        notify_.hand_over(upgrade_->pid());
        begin_stop(current_.settings.timeouts.graceful.count());
      });
  return {};
}

void Supervisor::start_workers() {
  workers_->serve(current_, committed_);
  const auto resized = workers_->resize(current_.settings.workers);
  if (resized) return;
  failure_ = resized.error();
  loop_.stop();
}

void Supervisor::on_worker_said(Workers::Process& process, const std::string& verb,
                                const std::string& rest) {
  if (verb == "prepared" && rest == stem(serial_)) on_prepared(process);
  if (verb == "refused" && reload_ == Reload::Preparing) {
    const auto [candidate, why] = split_message(rest);
    if (candidate == stem(serial_)) reload_failed(why);
  }
  if (verb != "failed") return;
  const auto [code, text] = split_message(rest);
  if (serving_ || failure_) return log::error("a worker could not start: " + text);
  failure_ = Error{static_cast<ExitCode>(std::stoi(code)), text};
  begin_stop(0);
}

void Supervisor::on_worker_ready(Workers::Process& process) {
  faults_->worker_ready(process, *workers_);
  ++counts_.spawned;
  if (drain_until_ms_ != 0) process.channel.send("drain");
  if (reload_ == Reload::Preparing) {
    process.prepared = false;
    process.channel.send("prepare " + stem(serial_));
  }
  if (!workers_->are_all_ready() || std::exchange(announced_, true)) return;
  announce();
}

void Supervisor::announce() {
  serving_ = true;
  for (const auto& planned : current_.plan.mounts) {
    log::info(serving_text(planned));
  }
  for (const std::string& url : sockets_->urls()) {
    log::info("listening on " + url + " (pid " + std::to_string(::getpid()) + ")");
  }
  if (!operations_) {
    const auto listening = open_operations();
    if (!listening) log::error(listening.error().text);
  }
  predecessor_.tell_serving();
  notify_.ready(service_status());
  if (std::exchange(reload_again_, false)) begin_reload();
}

/// USR2: the program that is on the disk now takes over.
void Supervisor::begin_upgrade() {
  if (!serving_ || stopping_ || check_only_) return;
  if (upgrade_->is_running())
    return log::warning("USR2: a new server is being started already");
  if (::getpid() == 1) {
    return log::error(
        "USR2: as process 1 this server cannot be replaced, its container would end; "
        "start another container");
  }
  const auto started = upgrade_->start(sockets_->bequest(), [this] {
    close_inherited();
    workers_->close_in_child();
    notify_.restore_variables();
    restore_activation(source_.activated);
    leave_folder(source_);
  });
  if (!started) log::error("USR2: " + started.error().text);
}

/// False for one that had served and was killed from outside: starting another at once
/// costs nobody anything.
bool Supervisor::on_worker_ended(const Workers::Process& process,
                                 const std::string& how, bool unasked) {
  faults_->worker_ended(process, unasked);
  counts_.worker_ended(unasked, process.leaves_because);
  const std::uint64_t kills = std::exchange(oom_kills_, oom_kills());
  const bool was_killed = how == "killed by SIGKILL" && unasked;
  if (was_killed) {
    log::error(oom_kills_ > kills
                   ? "the kernel killed it: out of memory; it had " +
                         std::to_string(process.resident_bytes / 1048576) +
                         " MiB when last looked at"
                   : "it was killed from outside: by hand, or by who watches over us");
  }
  if (!unasked) return false;
  if (!serving_ && !failure_) {
    failure_ = boot_error("worker " + std::to_string(process.slot + 1) +
                          " did not start: " + how);
    begin_stop(0);
    return true;
  }
  if (reload_ == Reload::Preparing) reload_failed("a worker ended while it prepared");
  return !was_killed || oom_kills_ > kills || process.state == Workers::State::Booting;
}

/// TTIN, TTOU, and a reload with another number of workers.
void Supervisor::add_workers(int more) {
  if (!serving_ || stopping_) return;
  const int count = std::clamp(workers_->wanted() + more, 1, kWorkersMost);
  if (count == workers_->wanted()) return;
  log::info("from now on there are " + std::to_string(count) + " workers");
  const auto resized = workers_->resize(count);
  if (!resized) log::error(resized.error().text);
}

}  // namespace appserver::control
