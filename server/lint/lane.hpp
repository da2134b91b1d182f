// One thread that does what it is told, step by step, while the teller waits. The
// strict host has one for [control] calls and some for exchanges.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace appserver::lint {

class Lane {
 public:
  explicit Lane(const char* name);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();

  /// Runs it there and returns when it has run. Threads: the battery's.
  void run(const std::function<void()>& step);

 private:
  void loop();
  std::mutex mutex_;  // guards the two below
  std::condition_variable changed_;
  const std::function<void()>* step_ = nullptr;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace appserver::lint
