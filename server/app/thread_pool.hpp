// The threads of one blocking app. Each app has its own, so that one which sleeps takes
// no thread from another; and when they are joined no frame of the app is left on a
// thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace appserver::app {

class ThreadPool {
 public:
  /// One piece of work; linked into the queue, so queueing allocates nothing.
  class Job {
   public:
    virtual void run() = 0;  ///< on a pool thread; must not throw
    Job* next = nullptr;
    bool is_call = false;  ///< let in by submit(), and counts in the queue's bound

   protected:
    ~Job() = default;
  };

  struct Load {
    std::uint64_t queued = 0, busy = 0;  ///< jobs that wait; threads with one

    Load& operator+=(const Load& other) {
      queued += other.queued;
      busy += other.busy;
      return *this;
    }
  };

  /// At most `threads` threads, started when first needed; at most `queue` jobs
  /// waiting.
  ThreadPool(int threads, int queue) : threads_max_(threads), queue_max_(queue) {}

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  ~ThreadPool() { join(); }

  /// False when the queue is full, the system has no thread for us, or the pool is
  /// being joined. `job` lives until it has run. Threads: any.
  bool submit(Job& job);

  /// The same for the next step of a call that was let in: the queue is not bounded for
  /// it.
  bool submit_next(Job& job);

  [[nodiscard]] int threads_most() const { return threads_max_; }

  /// What it does now. Threads: any.
  [[nodiscard]] Load load();

  /// Lets queued jobs run, then ends the threads. Threads: [control].
  void join() { static_cast<void>(join_by(0)); }

  /// The same, at most until a time of CLOCK_MONOTONIC (0: no end). False when a job
  /// still runs; it can be asked again, and who destroys the pool waits for it.
  bool join_by(std::uint64_t deadline_ns);

 private:
  bool start_thread();
  bool put(Job& job, bool is_call);
  void run_jobs();

  const int threads_max_, queue_max_;
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_, ended_;
  std::vector<std::thread> threads_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  int waiting_ = 0;        ///< jobs in the queue
  int waiting_calls_ = 0;  ///< of them, those that are bounded
  int idle_ = 0;           ///< threads waiting for one
  int alive_ = 0;          ///< threads that have not ended
  bool stopping_ = false;
};

}  // namespace appserver::app
