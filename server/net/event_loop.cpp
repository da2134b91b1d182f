#include "net/event_loop.hpp"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/system_call.hpp"

namespace appserver::net {

EventLoop::EventLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      waker_(*this) {
  read_clocks();
  if (!epoll_ || !wake_fd_ || !add(wake_fd_.get(), EPOLLIN, waker_)) {
    log::critical("cannot make an epoll set: out of descriptors or memory");
    std::abort();
  }
}

bool EventLoop::add(int fd, std::uint32_t events, Watch& watch) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watch;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::modify(int fd, std::uint32_t events, Watch& watch) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watch;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);  // fails only for a closed fd
}

void EventLoop::remove(int fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::post(Posted& posted) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    posted.next_posted = nullptr;
    was_empty = first_ == nullptr;
    (was_empty ? first_ : last_->next_posted) = &posted;
    last_ = &posted;
  }
  if (was_empty) ::eventfd_write(wake_fd_.get(), 1);
}

void EventLoop::Waker::on_ready(std::uint32_t) {
  eventfd_t ignored = 0;
  ::eventfd_read(loop_.wake_fd_.get(), &ignored);
  Posted* todo = nullptr;
  {
    const std::lock_guard lock(loop_.mutex_);
    todo = loop_.first_;
    loop_.first_ = loop_.last_ = nullptr;
  }
  while (todo != nullptr) {
    Posted* next = todo->next_posted;  // run_on_loop may post it again
    todo->run_on_loop();
    todo = next;
  }
}

/// The coarse clocks advance with the same tick of the kernel, so one is asked nearly
/// always.
void EventLoop::read_clocks() {
  now_us_ = static_cast<std::int64_t>(monotonic_now_ns() / 1000);
  const std::int64_t now_ms = coarse_now_ms();
  if (now_ms == now_ms_) return;
  now_ms_ = now_ms;
  unix_s_ = unix_now_s();
}

void EventLoop::run(LoopHooks* hooks) {
  std::array<epoll_event, 256> events;
  running_ = true;
  while (running_) {
    int wait_ms = -1;
    if (tick_ms_ > 0) {
      wait_ms = static_cast<int>(
          std::clamp<std::int64_t>(next_tick_ms_ - now_ms_, 0, tick_ms_));
    }
    const int n = wait_for_events(epoll_.get(), events.data(), events.size(), wait_ms);
    read_clocks();
    if (hooks != nullptr) hooks->before_batch(now_us_);
    for (int i = 0; i < n; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      static_cast<Watch*>(event.data.ptr)->on_ready(event.events);
    }
    if (hooks == nullptr) continue;
    if (tick_ms_ > 0 && now_ms_ >= next_tick_ms_) {
      next_tick_ms_ = now_ms_ + tick_ms_;
      hooks->on_tick(now_ms_);
    }
    hooks->after_batch(now_ms_);
  }
}

}  // namespace appserver::net
