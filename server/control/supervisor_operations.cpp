// What operators and balancers are told of the server, and what they may ask for: the
// supervisor's side of control socket and admin listener, and a stop with a delay.
#include <unistd.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "control/supervisor.hpp"

namespace appserver::control {
namespace {

// A worker whose I/O thread is away for so long past what an app may take is stuck:
// by then whatever watches over it has given it up.
constexpr std::int64_t kStuckLeastMs = 60'000;
constexpr std::int64_t kStuckBeyondMs = 30'000;

/// systemd makes $RUNTIME_DIRECTORY and takes it away; of several the first counts.
std::string control_folder(const config::Environment& environment,
                           const std::string& runtime_dir) {
  const auto found = environment.find("RUNTIME_DIRECTORY");
  if (found == environment.end() || found->second.empty()) return runtime_dir;
  return found->second.substr(0, found->second.find(':'));
}

WorkerState state_of(const Workers::Process& process, const board::Scoreboard& board,
                     std::int64_t now_ms) {
  using State = Workers::State;
  WorkerState worker;
  worker.number = process.slot + 1;
  worker.pid = process.pid;
  worker.state = process.state == State::Booting ? "booting"
                 : process.state == State::Ready ? "ready"
                                                 : "leaving";
  worker.is_ready = process.state == State::Ready;
  worker.age_ms = now_ms - process.started_ms;
  worker.resident_bytes = process.resident_bytes;
  worker.counts = board.seat(process.seat).worker;
  return worker;
}

AppState state_of(std::size_t row, const board::Scoreboard& board,
                  const site::SitePlan& plan) {
  AppState app;
  app.app = board.name(row).spec.data();
  app.version = board.name(row).version.data();
  app.counts = board.total(row);
  app.crashes = board.health(row).crashes.get();
  app.is_out_of_service = board.health(row).is_out_of_service.load();
  const auto is_it = [&app](const std::string& spec, const std::string& sha256) {
    return app.app == spec && !app.version.empty() && sha256.starts_with(app.version);
  };
  for (const site::PlannedMount& planned : plan.mounts) {
    const bool is_layer = std::any_of(
        planned.middleware.begin(), planned.middleware.end(),
        [&](const auto& m) { return is_it(m.settings.app, m.copy.sha256); });
    if (is_layer || is_it(planned.mount.app, planned.copy.sha256))
      app.mounts.push_back(planned.mount.host + planned.mount.path);
  }
  return app;
}

}  // namespace

Result<void> Supervisor::open_operations() {
  started_s_ = unix_now_s();
  started_ms_ = loop_.now_ms();
  operations_ = std::make_unique<Operations>(
      loop_,
      Operations::Commands{
          .state = [this] { return state(); },
          .settings = [this]() -> const config::Settings& { return current_.settings; },
          .is_reloading = [this] { return serving_ && reload_ != Reload::None; },
          .reload = [this] { begin_reload(); },
          .reopen = [this] { reopen_logs(); },
          .stop =
              [this](bool quick) {
                quick ? stop_quickly()
                      : stop_gracefully(current_.settings.timeouts.drain_delay.count());
              },
          .set_log_level = [this](const auto& name) { set_log_level(name); },
          .restore = [this](const auto& app) { return restore_app(app); }});
  return operations_->open(current_.settings,
                           control_folder(source_.environment, runtime_dir_),
                           predecessor_.exists());
}

Phase Supervisor::phase() const {
  if (stopping_) return Phase::Stopping;
  if (drain_until_ms_ != 0) return Phase::Draining;
  if (!serving_) return Phase::Starting;
  return reload_ == Reload::None ? Phase::Serving : Phase::Reloading;
}

ServerState Supervisor::state() const {
  const std::int64_t now_ms = loop_.now_ms();
  ServerState server;
  server.phase = phase();
  server.pid = ::getpid();
  server.started_s = started_s_;
  server.uptime_ms = now_ms - started_ms_;
  server.now_ns = monotonic_now_ns();
  server.stuck_after_ms = std::max(
      kStuckLeastMs, current_.settings.timeouts.request.count() + kStuckBeyondMs);
  server.candidate = committed_;
  server.workers_wanted = workers_->wanted();
  server.log_level = current_.settings.log_level;
  server.last_reload = last_refusal_;
  server.urls = sockets_->urls();
  server.counts = counts_;
  server.total = board_->total();
  for (const auto& process : workers_->all())
    server.workers.push_back(state_of(*process, *board_, now_ms));
  std::sort(server.workers.begin(), server.workers.end(),
            [](const auto& a, const auto& b) {
              return a.number != b.number ? a.number < b.number : a.pid < b.pid;
            });
  for (std::size_t row = 0; row < board_->row_count(); ++row)
    server.apps.push_back(state_of(row, *board_, current_.plan));
  return server;
}

void Supervisor::reopen_logs() {
  log::reopen();
  if (workers_) workers_->for_each_ready([](auto& p) { p.channel.send("reopen"); });
}

void Supervisor::set_log_level(const std::string& name) {
  log::info("log level " + name);
  log::set_level(log::level_named(name));
  current_.settings.log_level = name;  // until a reload
  for (const auto& process : workers_->all())
    process->channel.send("log-level " + name);
}

/// All versions of it.
bool Supervisor::restore_app(const std::string& spec) {
  bool any = false;
  for (std::size_t row = 1; row < board_->row_count(); ++row) {
    if (spec != board_->name(row).spec.data() || !faults_->is_out_of_service(row))
      continue;
    faults_->restore(row);
    any = true;
  }
  return any;
}

void Supervisor::stop_quickly() {
  log::info("QUIT: quick stop");
  failure_ = Error{ExitCode::Forced, "stopped at once"};
  begin_stop(0);
}

/// A second TERM does not cut the delay short; INT does.
void Supervisor::stop_gracefully(std::int64_t drain_ms) {
  if (drain_ms == 0 || !serving_ || stopping_)
    return begin_stop(current_.settings.timeouts.graceful.count());
  if (drain_until_ms_ != 0) return;
  drain_until_ms_ = loop_.now_ms() + drain_ms;
  log::info("still accepting for " + std::to_string(drain_ms) +
            " ms, so that balancers learn of it");
  notify_.stopping();
  workers_->for_each_ready([](auto& process) { process.channel.send("drain"); });
}

void Supervisor::end_drain() {
  log::info("the delay is over: no new connections");
  begin_stop(current_.settings.timeouts.graceful.count());
}

}  // namespace appserver::control
