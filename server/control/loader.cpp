#include "control/loader.hpp"

#include "base/thread_signals.hpp"

namespace appserver::control {

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Loader::post(std::function<void()> step) {
  {
    const std::lock_guard lock(mutex_);
    steps_.push_back(std::move(step));
  }
  wake_.notify_one();
}

void Loader::run() {
  leave_signals_to_io_thread();
  const FaultStack stack;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return !steps_.empty() || stopping_; });
    if (steps_.empty()) return;
    const auto step = std::move(steps_.front());
    steps_.pop_front();
    lock.unlock();
    step();
    lock.lock();
  }
}

}  // namespace appserver::control
