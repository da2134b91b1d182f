#include "lint/detached.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "lint/exchange.hpp"
#include "lint/extras.hpp"

namespace appserver::lint {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
/// A stream that is open so long is taken to be one: its client leaves.
constexpr std::uint64_t kStreamNs = 100 * kMillisecond;

}  // namespace

bool Pending::is_stale(std::string_view function) {
  if (references_ > 0) return false;
  findings_.report("D10",
                   std::string(function) + ": a gw_pending after its last release");
  return true;
}

std::int32_t Pending::post(Post fn, void* arg) {
  const std::lock_guard lock(mutex_);
  if (is_stale("post") || is_over_) return GW_E_GONE;
  if (fn == nullptr) {
    findings_.report("D2", "post: the function is NULL");
    return GW_E_INVALID;
  }
  if (posts_.size() >= GW_POSTS_MOST) return GW_E_AGAIN;
  posts_.push_back({fn, arg});
  changed_.notify_all();
  return GW_OK;
}

std::int32_t Pending::complete(std::int64_t with) {
  const std::lock_guard lock(mutex_);
  if (is_stale("complete") || is_over_) return GW_E_GONE;
  if (result_) {
    findings_.report("Y2", "complete a second time");
    return GW_E_STATE;
  }
  if (with < GW_E_BUSY) findings_.report("D8", "complete with a code no header knows");
  result_ = with;
  changed_.notify_all();
  return GW_OK;
}

std::int32_t Pending::cancelled() {
  const std::lock_guard lock(mutex_);
  return is_stale("cancelled") || is_over_ || is_cancelled ? 1 : 0;
}

void Pending::retain() {
  const std::lock_guard lock(mutex_);
  if (!is_stale("retain")) ++references_;
}

void Pending::release() {
  const std::lock_guard lock(mutex_);
  if (is_stale("release")) return;
  if (--references_ > 0 || is_over_ || result_ || is_cancelled) return;
  findings_.report("D9", "the last reference was released without complete");
  result_ = GW_E_APP;
  changed_.notify_all();
}

std::int32_t Pending::wake() {
  const std::lock_guard lock(mutex_);
  if (is_stale("wake") || is_over_) return GW_E_GONE;
  is_woken_ = true;
  changed_.notify_all();
  return GW_OK;
}

bool Pending::is_held() {
  const std::lock_guard lock(mutex_);
  return references_ > 0 && !result_;
}

std::optional<Pending::Posted> Pending::take_post() {
  const std::lock_guard lock(mutex_);
  if (posts_.empty()) return std::nullopt;
  const Posted first = posts_.front();
  posts_.pop_front();
  return first;
}

bool Pending::take_wake() {
  const std::lock_guard lock(mutex_);
  return std::exchange(is_woken_, false);
}

std::optional<std::int64_t> Pending::take_result() {
  const std::lock_guard lock(mutex_);
  return posts_.empty() ? result_ : std::nullopt;
}

void Pending::wait_a_moment() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(1),
                    [&] { return !posts_.empty() || result_ || is_woken_; });
}

void Pending::end() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
}

void Pending::report_references(Findings& to) {
  const std::lock_guard lock(mutex_);
  if (references_ > 0) to.report("D10", "a gw_pending was never released");
}

/// After `call` of a detached exchange: posts, notices, timers, the source, one after
/// the other, until it is completed, ended or given up.
void Exchange::turn_until_over() {
  const std::uint64_t began = monotonic_now_ns();
  bool is_waiting = false;  // the source, for a wake
  while (true) {
    if (is_gone_) break;
    take_turn();
    if (random.chance(25)) pending->wait_a_moment();  // posts are late, too
    if (const auto post = pending->take_post()) {
      enter("a post", [&] { post->fn(environ, post->arg); });
      continue;
    }
    if (const auto result = pending->take_result()) {
      after_call(*result);
      pull_all();
      break;
    }
    if (state_ == State::Ended) break;
    let_arrive();
    if (extras->run_due()) continue;
    if (pending->take_wake() || !is_input_over()) is_waiting = false;
    if (source_ != nullptr && !is_waiting) {
      drain();
      is_waiting = !pull();
      continue;
    }
    const std::uint64_t age = monotonic_now_ns() - began;
    if (has_left() && age > kStreamNs) set_gone();
    if (!has_left() && monotonic_now_ns() > environ->deadline_ns) {
      report("D9", "it was detached and no head had left by deadline_ns: 504");
      outcome_ = GW_E_TIMEOUT;
      break;
    }
    pending->wait_a_moment();
  }
}

/// Posts that were taken run, or are told that it is over.
void Exchange::end_pending() {
  if (!pending) return;
  pending->is_cancelled = true;
  pending->end();
  while (const auto post = pending->take_post()) {
    enter("a post", [&] { post->fn(nullptr, post->arg); });
  }
}

void Exchange::set_gone() {
  is_gone_ = true;
  if (pending) pending->is_cancelled = true;
}

}  // namespace appserver::lint
