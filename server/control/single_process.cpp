#include "control/single_process.hpp"

#include <signal.h>
#include <unistd.h>

#include "base/log.hpp"
#include "control/identity.hpp"
#include "control/service_notify.hpp"
#include "control/signals.hpp"
#include "control/sockets.hpp"
#include "control/worker.hpp"

namespace appserver::control {
namespace {

/// The signals of the supervisor, answered on the I/O thread of the only process.
class SignalActions {
 public:
  SignalActions(Worker& worker, Sockets& sockets, const ConfigSource& source,
                std::string runtime_dir, Candidate& current)
      : worker_(worker),
        sockets_(sockets),
        source_(source),
        runtime_dir_(std::move(runtime_dir)),
        current_(current) {}

  void on_signal(int signal) {
    switch (signal) {
      case SIGHUP:
        return reload();
      case SIGUSR1:
        log::reopen();
        return worker_.access().reopen();
      case SIGTTIN:
      case SIGTTOU:
      case SIGUSR2:
        return log::warning("with --single-process there are no workers to change");
      case SIGQUIT:
        forced_ = true;
        return worker_.service().stop_now();
      default:
        break;
    }
    if (worker_.service().is_stopping() && signal == SIGINT) {
      log::warning("a second INT: forced stop");
      forced_ = true;
      return worker_.service().stop_now();
    }
    log::info("graceful stop");
    worker_.service().begin_stop(current_.settings.timeouts.graceful.count());
    sockets_.close();
  }

  [[nodiscard]] bool was_forced() const { return forced_; }

 private:
  void reload() {
    if (reloading_) {
      again_ = true;
      return;
    }
    reloading_ = true;
    worker_.prepare(
        [this]() -> Result<Candidate> {
          auto made = make_candidate(source_, runtime_dir_, current_.plan);
          if (made) next_ = *made;
          return made;
        },
        [this](const Error* error) { finish(error); });
  }

  void finish(const Error* error) {
    reloading_ = false;
    if (error != nullptr) {
      log::error("reload failed, what was served before is served on: " + error->text);
    } else {
      worker_.commit();
      site::remove_unused_copies(current_.plan, next_.plan);
      if (keep_fixed_settings(current_.settings, next_.settings)) {
        log::warning(
            "some changed settings need a restart: see [restart] in the reference");
      }
      current_ = next_;
      log::set_level(log::level_named(current_.settings.log_level));
      log::info("reloaded");
    }
    if (std::exchange(again_, false)) reload();
  }

  Worker& worker_;
  Sockets& sockets_;
  const ConfigSource& source_;
  std::string runtime_dir_;
  Candidate& current_;
  Candidate next_;  ///< written by the loader, read when it is done
  bool reloading_ = false, again_ = false, forced_ = false;
};

}  // namespace

Result<void> run_single_process(const ConfigSource& source,
                                const std::string& runtime_dir) {
  block_signals(kAnsweredSignals);  // before the first thread
  auto settings = read_settings(source);
  if (!settings) return settings.error();
  auto sockets = Sockets::open(*settings);
  if (!sockets) return sockets.error();
  const auto added = sockets->add_slot();
  if (!added) return added.error();
  const auto became = become(*settings, &*sockets);
  if (!became) return became.error();
  auto candidate = make_candidate(source, runtime_dir, {});
  if (!candidate) return candidate.error();
  candidate->settings.workers = 1;
  const auto board = board::Scoreboard::make();
  if (!board) return boot_error("no memory for the scoreboard");
  auto worker = Worker::start(*candidate, {*board, board->take_seat()});
  if (!worker) return worker.error();
  SignalActions actions(**worker, *sockets, source, runtime_dir, *candidate);
  const Signals signals((*worker)->loop(), kAnsweredSignals,
                        [&](int signal) { actions.on_signal(signal); });
  for (const auto& place : sockets->places_of(0)) (*worker)->service().listen(place);
  for (const auto& planned : candidate->plan.mounts) {
    log::info(serving_text(planned));
  }
  for (const std::string& url : sockets->urls()) {
    log::info("listening on " + url + " (pid " + std::to_string(::getpid()) + ")");
  }
  ServiceNotify(source.environment).ready("one process");  // which feeds no watchdog
  const bool clean = (*worker)->run();
  sockets->unlink_paths();
  if (!clean) static_cast<void>(worker->release());  // a stuck thread cannot be joined
  if (actions.was_forced()) return Error{ExitCode::Forced, "forced to stop"};
  log::info("stopped");
  return {};
}

}  // namespace appserver::control
