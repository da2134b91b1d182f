#include "app/thread_pool.hpp"

#include <system_error>
#include <utility>

#include "base/thread_signals.hpp"

namespace appserver::app {

/// False when the system has no thread for us.
bool ThreadPool::start_thread() {
  try {
    threads_.emplace_back([this] { run_jobs(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool ThreadPool::submit(Job& job) {
  const std::lock_guard lock(mutex_);
  const bool can_start = static_cast<int>(threads_.size()) < threads_max_;
  if (stopping_ || (idle_ <= waiting_ && !can_start && waiting_ >= queue_max_))
    return false;
  if (idle_ <= waiting_ && can_start && !start_thread() && threads_.empty())
    return false;
  job.next = nullptr;
  (last_ != nullptr ? last_->next : first_) = &job;
  last_ = &job;
  ++waiting_;
  wake_.notify_one();
  return true;
}

void ThreadPool::run_jobs() {
  leave_signals_to_io_thread();
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return first_ != nullptr || stopping_; });
    --idle_;
    if (first_ == nullptr) return;
    Job* job = std::exchange(first_, first_->next);
    if (first_ == nullptr) last_ = nullptr;
    --waiting_;
    lock.unlock();
    job->run();
    lock.lock();
  }
}

void ThreadPool::join() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace appserver::app
