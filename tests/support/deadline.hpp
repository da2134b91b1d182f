// A moment after which a test stops waiting. Every wait of the test support ends at
// one.
#pragma once

#include <chrono>

namespace appserver::testing {

/// Generous: reached only when something is wrong, on a machine that is shared and
/// slow.
inline constexpr std::chrono::milliseconds kPatience{20'000};

class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now = kPatience)
      : at_(std::chrono::steady_clock::now() + from_now) {}

  /// For poll(2): what is left, at least 0.
  [[nodiscard]] int left_ms() const;

  [[nodiscard]] bool is_over() const { return left_ms() == 0; }

  [[nodiscard]] std::chrono::steady_clock::time_point at() const { return at_; }

 private:
  std::chrono::steady_clock::time_point at_;
};

/// Waits until `fd` is ready for `events` (POLLIN ...), closed or broken.
/// Returns false when the deadline came first.
bool wait_for(int fd, short events, const Deadline& deadline);

}  // namespace appserver::testing
