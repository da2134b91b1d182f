// Who listens, what was said, and the one timer that says the next. A subscriber is a
// place in the log and no queue: the host asks its source when its client can take
// more, and a client that is slow finds what is kept by then.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/sdk/async.hpp>
#include <gateway/sdk/threads.hpp>

#include "event_log.hpp"
#include "pace.hpp"
#include "settings.hpp"

class Hub;

/// The body of one answer. Lives: until its exchange is over.
class Subscriber {
 public:
  /// Begins with the event `from`.
  Subscriber(Hub& hub, gateway::Pending pending, std::uint64_t from);
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  ~Subscriber();

  std::int64_t next(char* to, std::size_t cap);

 private:
  friend class Hub;

  Hub& hub_;
  gateway::Pending pending_;
  EventLog::Event event_;  // that leaves now
  std::size_t sent_ = 0;   // of it
  std::uint64_t next_id_;
  std::uint64_t beats_ = 0;  // heartbeats seen
  std::size_t place_ = 0;    // among the hub's
};

/// Threads: any.
class Hub {
 public:
  Hub(const Settings& settings, const gateway::Host& host);

  /// Leaves the body of `out` to the stream. Fails: Error.
  void subscribe(const gateway::Environ& env, gateway::Writer& out,
                 const gateway::Async& async);

  /// Has it no more room?
  bool is_full() const;

 private:
  friend class Subscriber;
  using Clock = gateway::Threads::Clock;

  /// What comes next for a subscriber; null: nothing yet.
  EventLog::Event next_for(Subscriber& subscriber);

  // with the mutex held
  std::chrono::milliseconds now();
  void say_what_is_due();
  void wake_all();
  Clock::time_point next_look();

  /// Sets the timer in this exchange; when that ends, another takes it over.
  void lead(const gateway::Environ& env, const gateway::Pending& pending);
  void elect();

  const Settings settings_;
  const gateway::Threads threads_;
  mutable std::mutex mutex_;  // guards all below
  EventLog log_;
  Pace pace_;
  std::vector<Subscriber*> subscribers_;
  const EventLog::Event heartbeat_;
  std::uint64_t beats_ = 0;
  Clock::time_point last_word_;  // to all
  bool has_leader_ = false, stops_ = false;
};
