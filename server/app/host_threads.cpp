#include "app/host_threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include <gateway/threads.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread_signals.hpp"
#include "base/work.hpp"

namespace appserver::app {
namespace {

void describe(const void* subject, WorkNote& note) {
  const auto& whose = *static_cast<const HostThreads::Whose*>(subject);
  note.thread = WorkNote::Thread::App;
  note.app.set(whose.app);
  note.version.set(whose.version);
}

/// The wall for what a plugin runs on a thread of its own.
void run_walled(HostThreads::Run run, void* arg, const HostThreads::Whose& whose_app) {
  const std::string& whose = whose_app.app;
  const WorkScope work(&whose_app, describe);
  try {
    run(arg);
  } catch (const std::exception& e) {
    log::error(whose + ": an exception left a thread of gw.threads/1: " + e.what());
  } catch (...) {
    log::error(whose + ": an exception left a thread of gw.threads/1");
  }
}

struct SubmittedJob final : ThreadPool::Job {
  void run() override {
    const std::unique_ptr<SubmittedJob> self(this);
    run_walled(work, arg, *whose);
  }

  HostThreads::Run work = nullptr;
  void* arg = nullptr;
  const HostThreads::Whose* whose = nullptr;
};

/// Waits for `ready` until a time of CLOCK_MONOTONIC, which steady_clock is here; 0: no
/// end.
template <class Ready>
bool wait_until(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                std::uint64_t deadline_ns, Ready ready) {
  if (deadline_ns == 0) {
    changed.wait(lock, ready);
    return true;
  }
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline{std::chrono::nanoseconds(deadline_ns)};
  return changed.wait_until(lock, deadline, ready);
}

const gw_threads kTable = {
    [](const gw_host* host, gw_str name, HostThreads::Run run, void* arg,
       std::uint64_t* id) { return threads_of(*host).spawn(name, run, arg, id); },
    [](const gw_host* host, std::uint64_t id, std::uint64_t deadline_ns) {
      return threads_of(*host).join(id, deadline_ns);
    },
    [](const gw_host* host, HostThreads::Run run, void* arg) {
      return threads_of(*host).submit(run, arg);
    },
    [](const gw_host* host) -> std::int32_t {
      return threads_of(*host).should_stop() ? 1 : 0;
    },
    [](const gw_host* host, std::uint64_t deadline_ns) -> std::int32_t {
      return threads_of(*host).wait_stop(deadline_ns) ? 1 : 0;
    },
};

}  // namespace

const void* threads_table() {
  return &kTable;
}

void HostThreads::run_one(std::uint64_t id, const std::string& name, Run run,
                          void* arg) {
  leave_signals_to_io_thread();
  const FaultStack stack;
  if (!name.empty()) ::pthread_setname_np(::pthread_self(), name.c_str());
  run_walled(run, arg, whose_);
  const std::lock_guard lock(mutex_);
  spawned_.at(id).is_over = true;
  changed_.notify_all();
}

/// Joins those that are over; with the mutex held: they end without it.
void HostThreads::collect() {
  for (auto at = spawned_.begin(); at != spawned_.end();) {
    if (!at->second.is_over) {
      ++at;
      continue;
    }
    at->second.thread.join();
    at = spawned_.erase(at);
  }
}

std::int32_t HostThreads::spawn(gw_str name, Run run, void* arg, std::uint64_t* id) {
  if (run == nullptr) return GW_E_INVALID;
  const std::string short_name(
      name.p == nullptr ? "" : name.p,
      name.p == nullptr ? 0 : std::min<std::size_t>(name.n, 15));
  const std::lock_guard lock(mutex_);
  if (closed_) return GW_E_STATE;
  collect();
  if (spawned_.size() >= kThreadsMost) return GW_E_TOOBIG;
  const std::uint64_t number = ++last_id_;
  Spawned& made = spawned_[number];
  try {
    made.thread = std::thread([=, this] { run_one(number, short_name, run, arg); });
  } catch (const std::system_error&) {
    spawned_.erase(number);
    return GW_E_NOMEM;
  }
  if (id != nullptr) *id = number;
  return GW_OK;
}

std::int32_t HostThreads::join(std::uint64_t id, std::uint64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  const auto is_over = [&] {
    const auto found = spawned_.find(id);
    return found == spawned_.end() || found->second.is_over;
  };
  if (id == 0 || id > last_id_) return GW_E_INVALID;
  if (!wait_until(changed_, lock, deadline_ns, is_over)) return GW_E_TIMEOUT;
  collect();
  return GW_OK;
}

std::int32_t HostThreads::submit(Run run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  const std::lock_guard lock(mutex_);
  if (closed_) return GW_E_STATE;
  if (!pool_) pool_ = std::make_unique<ThreadPool>(pool_threads_, kQueueMost);
  auto job = std::make_unique<SubmittedJob>();
  job->work = run;
  job->arg = arg;
  job->whose = &whose_;
  if (!pool_->submit(*job)) return GW_E_AGAIN;
  static_cast<void>(job.release());  // frees itself when it has run
  return GW_OK;
}

void HostThreads::begin_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool HostThreads::should_stop() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool HostThreads::wait_stop(std::uint64_t deadline_ns) {
  std::unique_lock lock(mutex_);
  if (deadline_ns == 0) deadline_ns = monotonic_now_ns();
  wait_until(changed_, lock, deadline_ns, [this] { return stopping_; });
  return stopping_;
}

bool HostThreads::join_all(std::uint64_t deadline_ns) {
  begin_stop();
  std::unique_lock lock(mutex_);
  closed_ = true;
  ThreadPool* const pool = pool_.get();  // nobody makes or takes one any more
  lock.unlock();
  const bool pool_is_over = pool == nullptr || pool->join_by(deadline_ns);
  lock.lock();
  const bool all = wait_until(changed_, lock, deadline_ns, [this] {
    return std::all_of(spawned_.begin(), spawned_.end(),
                       [](const auto& entry) { return entry.second.is_over; });
  });
  collect();
  return all && pool_is_over;
}

}  // namespace appserver::app
