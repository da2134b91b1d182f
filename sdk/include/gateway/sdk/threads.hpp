// Threads that the host knows of (gw.threads/1): it joins them before it unmaps an app.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <gateway/sdk/error.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/wall.hpp>
#include <gateway/threads.h>

namespace gateway {

/// A member of the app, made of the host in its constructor.
///
/// What a thread or a job throws is logged. It is destroyed when it has run.
///
/// Lives:   as long as the instance. Threads are joined by the host before the instance
///          is destroyed: end them when should_stop().
/// Threads: any, but join(): control.
class Threads {
 public:
  using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC

  /// Fails: Error GW_E_UNSUPPORTED, where the host has no gw.threads/1.
  explicit Threads(const Host& host)
      : host_(host.raw()), table_(host.extension<gw_threads>(GW_THREADS_1)) {
    if (table_ == nullptr) {
      throw Error(GW_E_UNSUPPORTED, "this host has no gw.threads/1");
    }
  }

  /// Begins a thread; `name`, for tools, up to 15 bytes. Returns its number.
  /// Fails: Error GW_E_TOOBIG, GW_E_NOMEM.
  template <class Run>
  std::uint64_t spawn(std::string_view name, Run run) const {
    auto work = std::make_unique<Work<Run>>(host_, std::move(run));
    std::uint64_t id = 0;
    const std::int32_t begun =
        table_->spawn(host_, as_str(name), &Work<Run>::go, work.get(), &id);
    if (begun != GW_OK) throw Error(begun, "the host began no thread");
    static_cast<void>(work.release());  // frees itself
    return id;
  }

  /// Has `run` run on one of the instance's threads. Fails: Error GW_E_AGAIN (the queue
  /// is full).
  template <class Run>
  void submit(Run run) const {
    auto work = std::make_unique<Work<Run>>(host_, std::move(run));
    const std::int32_t taken = table_->submit(host_, &Work<Run>::go, work.get());
    if (taken != GW_OK) throw Error(taken, "the host took no work");
    static_cast<void>(work.release());
  }

  /// False: it still runs at the deadline.
  bool join(std::uint64_t id, Clock::time_point deadline) const {
    return table_->join(host_, id, ns(deadline)) == GW_OK;
  }

  /// The host has begun to stop this instance.
  bool should_stop() const noexcept { return table_->should_stop(host_) != 0; }

  /// Sleeps until should_stop(), or until a time: its value then.
  bool wait_stop(Clock::time_point deadline) const noexcept {
    return table_->wait_stop(host_, ns(deadline)) != 0;
  }

 private:
  template <class Run>
  struct Work {
    Work(const gw_host* of, Run&& which) : host(of), run(std::move(which)) {}

    static void go(void* arg) {
      const std::unique_ptr<Work> self(static_cast<Work*>(arg));
      guarded(self->host, [&self]() -> std::int64_t {
        self->run();
        return GW_OK;
      });
    }

    const gw_host* host;
    Run run;
  };

  static std::uint64_t ns(Clock::time_point when) noexcept {
    const auto since = std::chrono::nanoseconds(when.time_since_epoch());
    return static_cast<std::uint64_t>(since.count());
  }

  const gw_host* host_;
  const gw_threads* table_;
};

}  // namespace gateway
