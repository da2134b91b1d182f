#include "lint/lane.hpp"

#include <pthread.h>

namespace appserver::lint {

Lane::Lane(const char* name) : thread_([this] { loop(); }) {
  ::pthread_setname_np(thread_.native_handle(), name);
}

Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Lane::run(const std::function<void()>& step) {
  std::unique_lock lock(mutex_);
  step_ = &step;
  changed_.notify_all();
  changed_.wait(lock, [&] { return step_ == nullptr; });
}

void Lane::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return step_ != nullptr || is_stopping_; });
    if (step_ == nullptr) return;
    lock.unlock();
    (*step_)();
    lock.lock();
    step_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace appserver::lint
