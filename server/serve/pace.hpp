// Does a peer keep the least pace? Sums of bytes and of waiting; knows no sockets and
// reads no clock.
#pragma once

#include <cstddef>
#include <cstdint>

namespace appserver::serve {

/// Bytes that a connection moves before it is the others' turn.
inline constexpr std::size_t kTurnBytesMost = 256 * 1024;

/// The least a peer must give or take (client_body_min_rate, send_min_rate).
struct MinRate {
  std::uint64_t bytes_per_s = 0;  ///< 0: none is asked for
  std::int64_t grace_ms = 0;      ///< of waiting that is always allowed
};

/// Of one message in one direction: n bytes may cost us at most grace + n / rate of
/// waiting, in all. A time between two reads bounds each pause; this bounds their sum,
/// which a peer that sends a byte now and then would stretch without end. Time in which
/// we wait for somebody else, such as the app, does not count.
///
/// Threads: the I/O thread, also while a pool thread has the rest of the block.
class Pace {
 public:
  /// Another message.
  void begin() { *this = Pace(); }

  /// n bytes came or went, so the wait for them is over.
  void moved(std::size_t n, std::int64_t now_ms) {
    bytes_ += n;
    set_waiting(false, now_ms);
  }

  /// From now on we wait for this peer, or no more. Saying it again changes nothing.
  void set_waiting(bool waits, std::int64_t now_ms) {
    if (waits == is_waiting()) return;
    if (!waits) waited_ms_ += now_ms - since_ms_;
    since_ms_ = waits ? now_ms : kNotWaiting;
  }

  [[nodiscard]] bool is_waiting() const { return since_ms_ != kNotWaiting; }

  /// Only of a peer that we wait for now: what came late but is here is here.
  [[nodiscard]] bool is_too_slow(const MinRate& least, std::int64_t now_ms) const {
    if (least.bytes_per_s == 0 || !is_waiting()) return false;
    const std::int64_t charged = waited_ms_ + (now_ms - since_ms_) - least.grace_ms;
    return charged >= 0 &&
           bytes_ * 1000 / least.bytes_per_s <= static_cast<std::uint64_t>(charged);
  }

 private:
  static constexpr std::int64_t kNotWaiting = -1;
  std::uint64_t bytes_ = 0;
  std::int64_t waited_ms_ = 0, since_ms_ = kNotWaiting;
};

}  // namespace appserver::serve
