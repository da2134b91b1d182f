// The handle of gw.async/1: what other threads may do with an exchange that is answered
// later. Knows no event loop: who carries the exchange is told by notify().
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include <gateway/async.h>

/// The ABI's opaque type.
struct gw_pending {};

namespace appserver::bridge {

/// Shared by the app (gw.async's references) and the exchange (one), freed by the last.
class Pending : public gw_pending {
 public:
  static constexpr std::size_t kPostsMost = 1024;  ///< the header promises 64

  using Function = void (*)(const gw_environ*, void* arg);

  struct Post {
    Function run;
    void* arg;
  };

  /// What has come since the last time.
  struct News {
    std::vector<Post> posts;
    std::optional<std::int64_t> result;  ///< of complete(), or of the last release()
    bool woken = false;
  };

  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  // the app's side; threads: any
  std::int32_t post(Function run, void* arg);
  std::int32_t complete(std::int64_t result);
  std::int32_t wake();

  [[nodiscard]] bool is_cancelled() const {
    return cancelled_.load(std::memory_order_relaxed);
  }

  void retain();
  void release();

  // the exchange's side; threads: the one that serves the exchange
  [[nodiscard]] News take_news();
  /// The exchange is over: nothing is taken from now on. The posts that have not run,
  /// for their arguments.
  std::vector<Post> end();
  /// Gives the exchange's reference back; after end().
  void let_go();
  /// May somebody still post, wake or complete?
  [[nodiscard]] bool is_held() const;

  /// The client has ended its side or left. Threads: any.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }

 protected:
  virtual ~Pending() = default;

  /// One more reference of the host's, for a notice on its way; in notify() only.
  void keep_for_notice() { ++host_references_; }

  /// It has arrived: the next news gives another. Not before, whoever has taken the
  /// news meanwhile: a notice on its way cannot be sent again.
  void take_notice();

 private:
  /// There is news. Once until take_notice(); with the mutex held. Threads: any.
  virtual void notify() = 0;
  void note_news();

  mutable std::mutex mutex_;  // guards all below
  std::vector<Post> posts_;
  std::optional<std::int64_t> result_;
  int app_references_ = 1, host_references_ = 1;
  bool woken_ = false, notified_ = false, over_ = false, completed_ = false;
  std::atomic<bool> cancelled_{false};
};

}  // namespace appserver::bridge
