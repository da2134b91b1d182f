// The main wait of a thread: epoll, for connections that are registered once. Not
// Boost.Asio's reactor, because it reads before it waits (a failing recv per request)
// or re-arms for each wait (an epoll_ctl per request); what needs Asio can poll an
// io_context from a Watch.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "base/unique_fd.hpp"

namespace appserver::net {

/// Something that waits for a descriptor. Its address must stay until remove() and the
/// end of the batch that is being dispatched.
class Watch {
 public:
  /// `events` are EPOLL* bits. Threads: the loop's.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Watch() = default;
};

/// Something handed to the loop's thread by another; linked, so posting allocates
/// nothing.
class Posted {
 public:
  virtual void run_on_loop() = 0;
  Posted* next_posted = nullptr;

 protected:
  ~Posted() = default;
};

/// Called around each batch of events, and about every `tick` while armed.
class LoopHooks {
 public:
  virtual void before_batch(std::int64_t now_us) = 0;
  virtual void after_batch(std::int64_t now_ms) = 0;
  virtual void on_tick(std::int64_t now_ms) = 0;

 protected:
  ~LoopHooks() = default;
};

class EventLoop {
 public:
  /// Aborts the process when the kernel gives no epoll set: nothing can run without
  /// one.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() = default;

  /// Level-triggered. False when the kernel refuses (no memory, too many watches).
  bool add(int fd, std::uint32_t events, Watch& watch);
  void modify(int fd, std::uint32_t events, Watch& watch);
  void remove(int fd);

  /// Runs `posted` on the loop's thread. Threads: any.
  void post(Posted& posted);

  /// Serves until stop(). `hooks` may be null.
  void run(LoopHooks* hooks);

  void stop() { running_ = false; }

  /// In a forked child that will make a loop of its own: gives the descriptors back.
  void close_in_child() {
    epoll_.reset();
    wake_fd_.reset();
  }

  /// How often on_tick is called, in ms; 0: never (the loop then sleeps until an
  /// event).
  void set_tick(int ms) {
    if (ms == tick_ms_) return;
    tick_ms_ = ms;
    next_tick_ms_ = now_ms_ + ms;
  }

  /// CLOCK_MONOTONIC_COARSE in ms, read once per batch.
  [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }

  /// CLOCK_MONOTONIC in us, of the same moment.
  [[nodiscard]] std::int64_t now_us() const { return now_us_; }

  /// Seconds since 1970, of the same moment.
  [[nodiscard]] std::int64_t unix_s() const { return unix_s_; }

 private:
  class Waker final : public Watch {
   public:
    explicit Waker(EventLoop& loop) : loop_(loop) {}

    void on_ready(std::uint32_t events) override;

   private:
    EventLoop& loop_;
  };

  void read_clocks();

  UniqueFd epoll_, wake_fd_;
  Waker waker_;
  bool running_ = false;
  int tick_ms_ = 0;
  std::int64_t now_ms_ = -1, now_us_ = 0, unix_s_ = 0, next_tick_ms_ = 0;
  std::mutex mutex_;  // guards the two below
  Posted* first_ = nullptr;
  Posted* last_ = nullptr;
};

}  // namespace appserver::net
