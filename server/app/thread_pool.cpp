#include "app/thread_pool.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/thread_signals.hpp"

namespace appserver::app {

/// False when the system has no thread for us.
bool ThreadPool::start_thread() {
  try {
    threads_.emplace_back([this] { run_jobs(); });
    ++alive_;
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool ThreadPool::submit(Job& job) {
  return put(job, true);
}

bool ThreadPool::submit_next(Job& job) {
  return put(job, false);
}

bool ThreadPool::put(Job& job, bool is_call) {
  const std::lock_guard lock(mutex_);
  const bool can_start = static_cast<int>(threads_.size()) < threads_max_;
  const bool is_full = is_call && waiting_calls_ >= queue_max_;
  if (stopping_ || (idle_ <= waiting_ && !can_start && is_full)) return false;
  if (idle_ <= waiting_ && can_start && !start_thread() && threads_.empty())
    return false;
  job.next = nullptr;
  (last_ != nullptr ? last_->next : first_) = &job;
  last_ = &job;
  ++waiting_;
  job.is_call = is_call;
  if (is_call) ++waiting_calls_;
  wake_.notify_one();
  return true;
}

void ThreadPool::run_jobs() {
  leave_signals_to_io_thread();
  const FaultStack stack;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return first_ != nullptr || stopping_; });
    --idle_;
    if (first_ == nullptr) break;
    Job* job = std::exchange(first_, first_->next);
    if (first_ == nullptr) last_ = nullptr;
    --waiting_;
    if (job->is_call) --waiting_calls_;
    lock.unlock();
    job->run();
    lock.lock();
  }
  --alive_;
  ended_.notify_all();
}

ThreadPool::Load ThreadPool::load() {
  const std::lock_guard lock(mutex_);
  return {static_cast<std::uint64_t>(waiting_),
          static_cast<std::uint64_t>(std::max(alive_ - idle_, 0))};
}

bool ThreadPool::join_by(std::uint64_t deadline_ns) {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    const auto all_ended = [this] { return alive_ == 0; };
    if (deadline_ns == 0) {
      ended_.wait(lock, all_ended);
    } else {
      using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC
      const Clock::time_point deadline{std::chrono::nanoseconds(deadline_ns)};
      if (!ended_.wait_until(lock, deadline, all_ended)) return false;
    }
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  return true;
}

}  // namespace appserver::app
