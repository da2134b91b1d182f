#include "lint/extras.hpp"

#include <algorithm>

#include <gateway/timer.h>

#include "base/clock.hpp"
#include "lint/exchange.hpp"

namespace appserver::lint {
namespace {

constexpr std::size_t kRoomMost = 65536;  // what every host gives, and no more
constexpr std::size_t kClosedMost = 64;

gw_input* input_of(const Exchange& exchange) {
  return exchange.environ->input;
}

}  // namespace

Extras::Extras(Exchange& exchange)
    : exchange_(exchange), room_(exchange.script.text()) {}

void* Extras::room(std::size_t n) {
  if (n > kRoomMost - room_used_) return nullptr;
  room_used_ += n;
  return room_.lend_room(n, "room");
}

std::int32_t Extras::on_close(Closed fn, void* arg) {
  if (fn == nullptr) {
    exchange_.report("D2", "on_close: the function is NULL");
    return GW_E_INVALID;
  }
  if (closed_.size() >= kClosedMost) return GW_E_TOOBIG;
  closed_.emplace_back(fn, arg);
  return GW_OK;
}

std::int32_t Extras::set_attribute(std::int32_t number, void* value, Drop drop) {
  const auto has_number = [&](const Value& one) { return one.number == number; };
  const auto found = std::find_if(values_.begin(), values_.end(), has_number);
  if (found != values_.end()) {
    const Value old = *found;
    values_.erase(found);
    if (old.drop != nullptr) old.drop(old.value);
  }
  if (value != nullptr) values_.push_back({number, value, drop});
  return GW_OK;
}

void* Extras::attribute(std::int32_t number) const {
  for (const Value& one : values_) {
    if (one.number == number) return one.value;
  }
  return nullptr;
}

bool Extras::is_detached(const char* function) {
  if (exchange_.pending) return true;
  exchange_.report("D1", std::string(function) + " though nothing was detached");
  return false;
}

std::int32_t Extras::on_readable(gw_readable* fn, void* arg) {
  if (!is_detached("readable")) return GW_E_STATE;
  if (readable_) {
    exchange_.report("D1", "readable though one is waiting");
    return GW_E_STATE;
  }
  readable_.emplace(fn, arg);
  return GW_OK;
}

std::int32_t Extras::on_writable(gw_writable* fn, void* arg) {
  if (!is_detached("writable")) return GW_E_STATE;
  if (writable_) {
    exchange_.report("D1", "writable though one is waiting");
    return GW_E_STATE;
  }
  writable_.emplace(fn, arg);
  return GW_OK;
}

std::int64_t Extras::at(std::uint64_t when_ns, Timed fn, void* arg) {
  if (fn == nullptr) {
    exchange_.report("D2", "at: the function is NULL");
    return GW_E_INVALID;
  }
  if (!is_detached("at (gw.timer/1)")) return GW_E_STATE;
  if (timers_.size() >= GW_TIMERS_MOST) return GW_E_TOOBIG;
  timers_.push_back({++last_timer_, when_ns, fn, arg});
  return last_timer_;
}

std::int32_t Extras::cancel(std::int64_t number) {
  const auto found = std::find_if(timers_.begin(), timers_.end(),
                                  [&](const Timer& t) { return t.number == number; });
  if (found == timers_.end()) return GW_E_STATE;
  timers_.erase(found);
  return GW_OK;
}

bool Extras::run_readable(std::int32_t status) {
  if (!readable_) return false;
  const auto [fn, arg] = *std::exchange(readable_, std::nullopt);
  exchange_.enter("a readable notice",
                  [&, f = fn, a = arg] { f(input_of(exchange_), a, status); });
  return true;
}

bool Extras::run_writable(std::int32_t status) {
  if (!writable_) return false;
  const auto [fn, arg] = *std::exchange(writable_, std::nullopt);
  gw_writer* const writer = exchange_.writer_;
  exchange_.enter("a writable notice", [&, f = fn, a = arg] { f(writer, a, status); });
  return true;
}

bool Extras::run_due() {
  if (exchange_.has_input() && !exchange_.is_input_over() && run_readable(GW_OK)) {
    return true;
  }
  if (exchange_.random.chance(50)) {
    exchange_.drain();
    if (run_writable(GW_OK)) return true;
  }
  const std::uint64_t now = monotonic_now_ns();
  for (auto at = timers_.begin(); at != timers_.end(); ++at) {
    if (at->when_ns > now) continue;
    const Timer due = *at;
    timers_.erase(at);
    exchange_.enter("a timer", [&] { due.fn(exchange_.environ, due.arg); });
    return true;
  }
  return false;
}

void Extras::tell_all(std::int32_t reason) {
  run_readable(reason == GW_OK ? GW_E_GONE : reason);
  run_writable(reason == GW_OK ? GW_E_GONE : reason);
  while (!timers_.empty()) {
    const Timer told = timers_.back();
    timers_.pop_back();
    exchange_.enter("a timer", [&] { told.fn(nullptr, told.arg); });
  }
}

void Extras::clean_up(std::int32_t reason) {
  while (!closed_.empty()) {
    const auto [fn, arg] = closed_.back();
    closed_.pop_back();
    exchange_.enter("on_close", [&, f = fn, a = arg] { f(a, reason); });
  }
  while (!values_.empty()) {
    const Value last = values_.back();
    values_.pop_back();
    if (last.drop == nullptr) continue;
    exchange_.enter("drop of an attribute", [&] { last.drop(last.value); });
  }
}

}  // namespace appserver::lint
