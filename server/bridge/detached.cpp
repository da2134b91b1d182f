#include "bridge/detached.hpp"

#include <algorithm>
#include <utility>

#include "bridge/app_call.hpp"

namespace appserver::bridge {

std::int32_t Detached::wait_readable(gw_input* input, gw_readable* run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  if (wants_readable()) return GW_E_STATE;
  readable_ = {input, run, arg};
  return GW_OK;
}

std::int32_t Detached::wait_writable(gw_writer* writer, gw_writable* run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  if (wants_writable()) return GW_E_STATE;
  writable_ = {writer, run, arg};
  return GW_OK;
}

void Detached::tell_readable(std::int32_t status) {
  const auto wait = std::exchange(readable_, {});
  if (wait.run != nullptr) call_readable(wait.run, wait.of, wait.arg, status);
}

void Detached::tell_writable(std::int32_t status) {
  const auto wait = std::exchange(writable_, {});
  if (wait.run != nullptr) call_writable(wait.run, wait.of, wait.arg, status);
}

std::int64_t Detached::add_timer(std::uint64_t when_ns, TimerFunction run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  const auto free = std::find_if(timers_.begin(), timers_.end(),
                                 [](const Timer& t) { return t.number == 0; });
  if (free == timers_.end()) return GW_E_TOOBIG;
  *free = {++last_timer_, when_ns, run, arg};
  return last_timer_;
}

std::int32_t Detached::cancel_timer(std::int64_t number) {
  if (number <= 0) return GW_E_INVALID;
  for (Timer& timer : timers_) {
    if (timer.number != number) continue;
    timer = {};
    return GW_OK;
  }
  return GW_E_STATE;
}

std::uint64_t Detached::next_timer_ns() const {
  std::uint64_t first = 0;
  for (const Timer& timer : timers_) {
    if (timer.number != 0 && (first == 0 || timer.when_ns < first)) {
      first = std::max<std::uint64_t>(timer.when_ns, 1);
    }
  }
  return first;
}

void Detached::run_timers(std::uint64_t now_ns) {
  for (Timer& timer : timers_) {
    if (timer.number == 0 || timer.when_ns > now_ns) continue;
    const Timer due = std::exchange(timer, {});
    call_post(due.run, &environ_, due.arg);
  }
}

void Detached::end(std::int32_t status) {
  for (const Pending::Post& post : pending_.end()) {
    call_post(post.run, nullptr, post.arg);
  }
  tell_readable(status);
  tell_writable(status);
  for (Timer& timer : timers_) {
    const Timer left = std::exchange(timer, {});
    if (left.number != 0) call_post(left.run, nullptr, left.arg);
  }
}

}  // namespace appserver::bridge
