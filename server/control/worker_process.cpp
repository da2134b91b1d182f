#include "control/worker_process.hpp"

#include <signal.h>
#include <sys/epoll.h>

#include "base/log.hpp"
#include "base/thread_signals.hpp"
#include "control/fault_handler.hpp"
#include "control/signals.hpp"

namespace appserver::control {
namespace {

/// Listens to the supervisor on the worker's I/O thread.
class Orders final : public net::Watch {
 public:
  Orders(Channel& channel, Worker& worker, Sockets& sockets, std::int64_t graceful_ms)
      : channel_(channel),
        worker_(worker),
        sockets_(sockets),
        graceful_ms_(graceful_ms) {}

  void on_ready(std::uint32_t) override {
    bool ended = false;
    for (Channel::Message& message : channel_.receive(ended)) obey(message);
    if (!ended) return;
    worker_.loop().remove(channel_.fd());
    stop(graceful_ms_);
  }

  void stop(std::int64_t graceful_ms, std::int64_t idle_ms = 0) {
    worker_.service().begin_stop(graceful_ms, idle_ms);  // takes what is queued first
    sockets_.close();
  }

 private:
  void obey(Channel::Message& message) {
    const auto [verb, rest] = split_message(message.text);
    if (verb == "prepare") return prepare(rest);
    if (verb == "commit") return worker_.commit();
    if (verb == "drop") return worker_.drop();
    if (verb == "reopen") return reopen();
    if (verb == "log-level") return log::set_level(log::level_named(rest));
    if (verb == "drain") return worker_.service().begin_drain();
    if (verb == "stop") return stop(std::stoll(rest));
    if (verb == "leave") return stop(std::stoll(rest), std::stoll(rest));
    if (worker_.service().is_stopping()) return;
    if (verb == "slot")
      return sockets_.take_slot(std::stoi(rest), std::move(message.fds));
    if (verb != "adopt" && verb != "release") return;
    for (const auto& place : sockets_.orphans_of(std::stoi(rest))) {
      verb == "adopt" ? static_cast<void>(worker_.service().listen(place))
                      : worker_.service().leave(place.fd);
    }
  }

  void prepare(const std::string& stem) {
    worker_.prepare([stem] { return load_candidate(stem); },
                    [this, stem](const Error* error) {
                      channel_.send(error == nullptr
                                        ? "prepared " + stem
                                        : "refused " + stem + " " + error->text);
                    });
  }

  void reopen() {
    log::reopen();
    worker_.access().reopen();
  }

  Channel& channel_;
  Worker& worker_;
  Sockets& sockets_;
  std::int64_t graceful_ms_;
};

}  // namespace

int run_worker_process(Channel channel, const Candidate& candidate, Sockets& sockets,
                       int slot, Worker::Place counted_at) {
  const FaultStack stack;
  report_faults_to(counted_at.board.faults(counted_at.seat));
  auto worker = Worker::start(candidate, counted_at);
  if (!worker) {
    const Error& error = worker.error();
    channel.send("failed " + std::to_string(static_cast<int>(error.exit_code)) + " " +
                 error.text);
    return static_cast<int>(error.exit_code);
  }
  const std::int64_t graceful_ms = candidate.settings.timeouts.graceful.count();
  Orders orders(channel, **worker, sockets, graceful_ms);
  // INT, QUIT and HUP of a terminal reach the whole process group; the supervisor
  // answers them.
  const Signals signals((*worker)->loop(), kAnsweredSignals, [&](int signal) {
    if (signal == SIGTERM) orders.stop(graceful_ms);
  });
  (*worker)->loop().add(channel.fd(), EPOLLIN, orders);
  for (const auto& place : sockets.places_of(slot)) (*worker)->service().listen(place);
  channel.send("ready");
  const bool clean = (*worker)->run();
  // Joins the threads; one that is stuck in an app would hold us, so only if all is
  // over.
  clean ? worker->reset() : static_cast<void>(worker->release());
  return 0;
}

}  // namespace appserver::control
