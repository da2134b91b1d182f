// The check process of the supervisor, at start and at each reload; and the two phases
// of a reload: every worker prepares, then all commit, or all drop.
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/check.hpp"
#include "control/fault_handler.hpp"
#include "control/spawn.hpp"
#include "control/supervisor.hpp"

namespace appserver::control {

std::string Supervisor::stem(int number) const {
  return runtime_dir_ + "/candidate-" + std::to_string(number);
}

void Supervisor::start_check() {
  reload_ = Reload::Checking;
  check_step_ = "the configuration";
  check_deadline_ms_ = loop_.now_ms() + current_.settings.timeouts.startup.count();
  ++serial_;
  OutputPipe output = OutputPipe::open();
  Child child = spawn([this] { close_in_child(); },
                      [this, &output](Channel channel) {
                        output.divert();
                        report_faults_to(board_->faults(board::Scoreboard::kCheckSeat));
                        return run_check(std::move(channel), source_, runtime_dir_,
                                         current_.plan, stem(serial_));
                      });
  if (child.pid < 0)
    return after_check(boot_error("cannot start the check process: fork failed"));
  check_pid_ = child.pid;
  check_channel_ = std::move(child.channel);
  check_output_.begin(std::move(output.read), "check");
  loop_.add(check_channel_.fd(), EPOLLIN, check_watch_);
}

void Supervisor::on_check_message() {
  if (!check_channel_.is_open()) return;
  bool ended = false;
  for (const Channel::Message& message : check_channel_.receive(ended)) {
    const auto [verb, rest] = split_message(message.text);
    if (verb == "step") check_step_ = rest;
    if (verb == "skipped") log::warning("not served: " + rest);
    if (verb == "ok") return check_pid_ = -1, end_check({});
    if (verb == "failed") {
      const auto [code, text] = split_message(rest);
      check_pid_ = -1;
      return end_check(Error{static_cast<ExitCode>(std::stoi(code)), text});
    }
  }
  if (ended) {
    loop_.remove(check_channel_.fd());
    check_channel_.close();  // its end is reported by SIGCHLD
  }
}

void Supervisor::end_check(Result<void> outcome) {
  if (check_channel_.is_open()) loop_.remove(check_channel_.fd());
  check_channel_.close();
  check_output_.end();
  check_pid_ = -1;
  if (outcome) {
    auto candidate = load_candidate(stem(serial_));
    if (candidate) {
      next_ = std::move(*candidate);
    } else {
      outcome = candidate.error();
    }
  }
  if (!stopping_) after_check(outcome);
}

void Supervisor::after_check(const Result<void>& outcome) {
  if (serving_) {
    if (!outcome) return reload_failed(outcome.error().text);
    reload_ = Reload::Preparing;
    prepare_deadline_ms_ = loop_.now_ms() + next_->settings.timeouts.startup.count();
    bool any = false;
    workers_->for_each_ready([&](Workers::Process& process) {
      process.prepared = false;
      any = process.channel.send("prepare " + stem(serial_)) || any;
    });
    if (!any) finish_reload();  // whoever starts next starts with it
    return;
  }
  remove_candidate(stem(serial_));
  if (!outcome) {
    failure_ = outcome.error();
    return loop_.stop();
  }
  current_ = std::move(*next_);
  committed_ = serial_;
  next_.reset();
  reload_ = Reload::None;
  if (check_only_) return loop_.stop();
  start_workers();
}

void Supervisor::begin_reload() {
  if (stopping_ || drain_until_ms_ != 0) return;
  if (!serving_ || reload_ != Reload::None) {
    reload_again_ = true;
    return;
  }
  log::info("HUP: reloading");
  notify_.reloading();
  start_check();
}

void Supervisor::on_prepared(Workers::Process& process) {
  if (reload_ != Reload::Preparing) return;
  process.prepared = true;
  bool all = true;
  workers_->for_each_ready([&](Workers::Process& other) { all &= other.prepared; });
  if (all) finish_reload();
}

void Supervisor::reload_failed(const std::string& why) {
  if (reload_ == Reload::Preparing)
    workers_->for_each_ready([](auto& process) { process.channel.send("drop"); });
  next_.reset();
  reload_ = Reload::None;
  remove_candidate(stem(serial_));
  log::error("reload failed, what was served before is served on: " + why);
  notify_.reloaded(service_status(), why);
  ++counts_.refused_reloads;
  last_refusal_ = why;
  operations_->reload_ended(why);
  if (std::exchange(reload_again_, false)) begin_reload();
}

/// The check process could do it and a worker cannot: its loader is stuck in an app.
/// Such a worker finishes what it serves and is replaced.
void Supervisor::give_up_preparing() {
  const std::int64_t graceful = current_.settings.timeouts.graceful.count();
  workers_->for_each_ready([&](Workers::Process& process) {
    if (!process.prepared)
      workers_->replace(process, graceful, "it could not prepare a reload");
  });
  reload_failed("a worker was not ready within the startup timeout");
}

void Supervisor::finish_reload() {
  workers_->for_each_ready([](auto& process) { process.channel.send("commit"); });
  remove_candidate(stem(serial_));
  site::remove_unused_copies(former_plan_, current_.plan);
  former_plan_ = std::move(current_.plan);
  if (keep_fixed_settings(current_.settings, next_->settings)) {
    log::warning(
        "some changed settings need a restart: see [restart] in the reference");
  }
  if (current_.settings.log_level != next_->settings.log_level)
    set_log_level(next_->settings.log_level);
  const bool resized = current_.settings.workers != next_->settings.workers;
  current_ = std::move(*next_);
  committed_ = serial_;
  workers_->serve(current_, committed_);
  next_.reset();
  reload_ = Reload::None;
  if (resized) add_workers(current_.settings.workers - workers_->wanted());
  faults_->reloaded(current_.plan);
  log::info("reloaded: serving candidate " + std::to_string(serial_));
  notify_.reloaded(service_status(), "");
  ++counts_.reloads;
  last_refusal_.clear();
  operations_->reload_ended("");
  if (std::exchange(reload_again_, false)) begin_reload();
}

}  // namespace appserver::control
