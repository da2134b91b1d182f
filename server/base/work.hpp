// What a thread is busy with, kept so that it can be said from outside when the thread
// dies or does not come back. Knows no requests and no apps: who sets it knows how to
// describe it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace appserver {

/// Text of a fixed size, cut to it; lies in memory that processes share, so that a size
/// is believed only as far as there is room.
template <std::size_t kRoom>
struct FixedText {
  std::uint32_t size;
  char bytes[kRoom];

  /// Safe in a signal handler.
  void set(std::string_view text) {
    const std::size_t n = std::min(text.size(), kRoom);
    if (n != 0) std::memcpy(bytes, text.data(), n);
    size = static_cast<std::uint32_t>(n);
  }

  [[nodiscard]] std::string_view view() const {
    return {bytes, std::min<std::size_t>(size, kRoom)};
  }
};

/// A description, plain data: no pointers, all zeros is an empty one.
struct WorkNote {
  enum class Thread : std::uint8_t { Unknown, Io, Pool, App, Loader };

  Thread thread;
  FixedText<240> app;     ///< as it was asked for
  FixedText<12> version;  ///< the first digits of its SHA-256
  FixedText<32> step;     ///< where there is no request: "create()"
  FixedText<32> method;
  FixedText<1024> target;
  FixedText<64> request_id, client;
  std::uint32_t http_version;  ///< 10 or 11
  std::int64_t begun_us;       ///< of CLOCK_MONOTONIC; 0: unknown
  std::uint64_t sent_bytes;    ///< of the answer's body
};

/// What this thread does. `describe` is called in signal handlers.
struct Work {
  const void* subject = nullptr;  ///< null: nothing
  void (*describe)(const void* subject, WorkNote& note) = nullptr;
};

inline constinit thread_local Work work_of_thread{};

/// For the life of this object the thread is busy with `subject`, which outlives it. A
/// handler may come between any two of the stores and finds a pair that belongs
/// together.
class WorkScope {
 public:
  WorkScope(const void* subject, void (*describe)(const void*, WorkNote&))
      : before_(work_of_thread) {
    set({subject, describe});
  }

  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;

  ~WorkScope() { set(before_); }

 private:
  static void set(const Work& work) {
    if (work_of_thread.describe != work.describe) {
      work_of_thread.subject = nullptr;
      std::atomic_signal_fence(std::memory_order_seq_cst);
      work_of_thread.describe = work.describe;
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    work_of_thread.subject = work.subject;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  const Work before_;
};

}  // namespace appserver
