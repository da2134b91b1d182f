// gw.threads/1: the threads of one instance. They begin and end here, so that it is
// known when no frame of the image is left on one. Knows nothing of exchanges.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <gateway/gateway.h>

#include "app/thread_pool.hpp"

namespace appserver::app {

/// Threads: any, but join and join_all [control].
class HostThreads {
 public:
  using Run = void (*)(void* arg);
  static constexpr std::size_t kThreadsMost = 64;  ///< of spawn, at a time
  static constexpr int kQueueMost = 1024;          ///< of submit

  /// The app, for the log and for what is said when a thread dies.
  struct Whose {
    std::string app, version;
  };

  /// `pool_threads` for submit.
  HostThreads(std::string app, int pool_threads, std::string version = "")
      : whose_{std::move(app), std::move(version)}, pool_threads_(pool_threads) {}

  HostThreads(const HostThreads&) = delete;
  HostThreads& operator=(const HostThreads&) = delete;
  /// join_all() has been true, or the process ends: a thread that runs on would use
  /// what is freed.
  ~HostThreads() = default;

  std::int32_t spawn(gw_str name, Run run, void* arg, std::uint64_t* id);
  std::int32_t join(std::uint64_t id, std::uint64_t deadline_ns);
  std::int32_t submit(Run run, void* arg);

  /// From now on should_stop() is true. Exchanges that are open may still need work
  /// done.
  void begin_stop();
  [[nodiscard]] bool should_stop();
  [[nodiscard]] bool wait_stop(std::uint64_t deadline_ns);

  /// The last exchange is over: begins nothing more and waits for all. False when one
  /// still runs at the deadline.
  bool join_all(std::uint64_t deadline_ns);

 private:
  struct Spawned {
    std::thread thread;
    bool is_over = false;
  };

  void run_one(std::uint64_t id, const std::string& name, Run run, void* arg);
  void collect();

  const Whose whose_;
  const int pool_threads_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::uint64_t, Spawned> spawned_;
  std::unique_ptr<ThreadPool> pool_;
  std::uint64_t last_id_ = 0;
  bool stopping_ = false;  ///< told to the app
  bool closed_ = false;    ///< nothing new is begun
};

/// The table of gw.threads/1; gw_host.host of the hosts it is given to leads to these
/// threads through `threads_of`.
const void* threads_table();

/// Defined with the host (generation.cpp).
HostThreads& threads_of(const gw_host& host);

}  // namespace appserver::app
