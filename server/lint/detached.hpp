// gw_pending: the handle of an exchange whose `call` has returned. It is kept to the
// end of the instance, so that whoever uses it after its last release is seen.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

#include <gateway/async.h>

#include "lint/findings.hpp"

namespace appserver::lint {

/// Threads: any.
struct Pending {
  using Post = void (*)(const gw_environ*, void* arg);

  struct Posted {
    Post fn;
    void* arg;
  };

  explicit Pending(Findings& to) : findings_(to) {}

  std::int32_t post(Post fn, void* arg);
  std::int32_t complete(std::int64_t with);
  std::int32_t cancelled();
  void retain();
  void release();
  std::int32_t wake();

  // The battery's side.
  [[nodiscard]] bool is_held();
  std::optional<Posted> take_post();
  bool take_wake();
  [[nodiscard]] std::optional<std::int64_t> take_result();
  /// Waits for news, a moment at most.
  void wait_a_moment();
  /// The exchange is over: nothing is taken any more.
  void end();
  /// destroy comes: nobody may hold it.
  void report_references(Findings& findings);

  std::atomic<bool> is_cancelled{false};

 private:
  /// With the mutex held: somebody uses a handle that he has given back.
  bool is_stale(std::string_view function);

  Findings& findings_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int references_ = 1;
  std::deque<Posted> posts_;
  std::optional<std::int64_t> result_;
  bool is_woken_ = false, is_over_ = false;
};

}  // namespace appserver::lint
