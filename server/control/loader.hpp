// The loader's thread of a worker: the one [control] thread of the ABI. All create,
// quiesce and destroy calls of a process happen here, one after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace appserver::control {

class Loader {
 public:
  Loader() : thread_([this] { run(); }) {}

  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  /// Runs what is queued, then ends the thread.
  ~Loader();

  /// Queues one step; in order, never two at once. Threads: any.
  void post(std::function<void()> step);

 private:
  void run();

  std::mutex mutex_;  // guards the two below
  std::condition_variable wake_;
  std::deque<std::function<void()>> steps_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace appserver::control
