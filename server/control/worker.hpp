// What serves: one I/O thread with its service, one loader, the threads of blocking
// apps. Runs in a worker process or, with --single-process, in the only one. Knows no
// supervisor.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "board/scoreboard.hpp"
#include "control/candidate.hpp"
#include "control/loader.hpp"
#include "net/event_loop.hpp"
#include "serve/access_log.hpp"
#include "serve/service.hpp"

namespace appserver::control {

/// Threads: all members on the thread that calls run(), if nothing else is said.
class Worker {
 public:
  /// Where a worker counts: its seat of a scoreboard; both outlive it.
  struct Place {
    board::Scoreboard& board;
    int seat;
  };

  /// Loads and creates all apps on the loader's thread, waiting at most the startup
  /// timeout. Fails: AppLoad, WorkerBoot.
  static Result<std::unique_ptr<Worker>> start(const Candidate& candidate, Place place);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  net::EventLoop& loop() { return loop_; }

  serve::Service& service() { return *service_; }

  serve::AccessLog& access() { return *access_; }

  /// Builds a site beside the one in force; `done` is called on the I/O thread, with
  /// the reason when it failed; not after drop(). One at a time.
  void prepare(std::function<Result<Candidate>()> make,
               std::function<void(const Error*)> done);
  /// Publishes what was prepared, or forgets it.
  void commit();
  void drop();

  /// Serves until it is stopped. Then retires all apps. True if nothing had to be cut.
  bool run();

 private:
  explicit Worker(Place place) : place_(place) {}

  void retire(std::shared_ptr<app::Generation> generation);
  /// What `site` has and the site in force has not.
  void retire_all_new(const site::Site& site);
  /// Runs `step` on the I/O thread. Threads: any.
  void post_to_loop(std::function<void()> step);

  const Place place_;
  net::EventLoop loop_;
  Loader loader_;
  std::unique_ptr<serve::AccessLog> access_;
  std::unique_ptr<serve::Service> service_;
  std::shared_ptr<const site::Site> prepared_;
  std::uint64_t attempt_ = 0;  ///< of preparing; drop() makes the running one void
};

}  // namespace appserver::control
