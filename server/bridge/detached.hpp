// What an exchange has while its answer comes later: the handle that other threads
// hold, the notices its app waits for, its timers. gw.async/1, gw.stream/1, gw.timer/1.
#pragma once

#include <array>
#include <cstdint>

#include <gateway/stream.h>
#include <gateway/timer.h>

#include "bridge/pending.hpp"

namespace appserver::bridge {

/// What the connection has to tell in a turn of a detached exchange.
struct Ready {
  static constexpr std::int32_t kNotYet = 1;
  std::int32_t readable = kNotYet;  ///< or GW_OK, GW_E_GONE
  std::int32_t writable = kNotYet;  ///< or GW_OK

  [[nodiscard]] bool has_any() const {
    return readable != kNotYet || writable != kNotYet;
  }
};

/// Threads: the one that serves the exchange; the pending's own rules stand there.
class Detached {
 public:
  static constexpr std::size_t kTimersMost = 16;  ///< the header promises 4

  using TimerFunction = Pending::Function;

  struct Timer {
    std::int64_t number = 0;  ///< 0: free
    std::uint64_t when_ns = 0;
    TimerFunction run = nullptr;
    void* arg = nullptr;
  };

  Detached(Pending& pending, const gw_environ& environ)
      : pending_(pending), environ_(environ) {}

  Detached(const Detached&) = delete;
  Detached& operator=(const Detached&) = delete;

  ~Detached() = default;

  [[nodiscard]] Pending& pending() { return pending_; }

  [[nodiscard]] const Pending& pending() const { return pending_; }

  /// What posts and timers are given: the environ that was detached.
  [[nodiscard]] const gw_environ& environ() const { return environ_; }

  /// GW_OK, or GW_E_STATE when one is waiting.
  std::int32_t wait_readable(gw_input* input, gw_readable* run, void* arg);
  std::int32_t wait_writable(gw_writer* writer, gw_writable* run, void* arg);

  [[nodiscard]] bool wants_readable() const { return readable_.run != nullptr; }

  [[nodiscard]] bool wants_writable() const { return writable_.run != nullptr; }

  /// Runs the one that waits, if any.
  void tell_readable(std::int32_t status);
  void tell_writable(std::int32_t status);

  std::int64_t add_timer(std::uint64_t when_ns, TimerFunction run, void* arg);
  std::int32_t cancel_timer(std::int64_t number);
  /// When the first is due, 0: none.
  [[nodiscard]] std::uint64_t next_timer_ns() const;
  void run_timers(std::uint64_t now_ns);

  /// The exchange is over: everybody is told, once, so that arguments can be freed.
  /// `status` < 0 for the notices.
  void end(std::int32_t status);

  bool completed = false;  ///< by the app; what it gave decides from then on

 private:
  template <class Of, class Run>
  struct Wait {
    Of* of = nullptr;
    Run* run = nullptr;
    void* arg = nullptr;
  };

  Pending& pending_;
  const gw_environ& environ_;
  Wait<gw_input, gw_readable> readable_;
  Wait<gw_writer, gw_writable> writable_;
  std::array<Timer, kTimersMost> timers_{};
  std::int64_t last_timer_ = 0;
};

}  // namespace appserver::bridge
