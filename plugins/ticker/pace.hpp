// The time that ticks are numbered by. Knows no clock: it is told what two of them say.
#pragma once

#include <algorithm>
#include <chrono>

/// The wall clock's time, as long as nobody sets it back: then it goes on at the pace
/// of the other clock, and follows the wall clock again from where that is ahead.
///
/// Threads: one at a time.
class Pace {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// `steady` never goes back; `wall` since 1970. Never less than before.
  milliseconds now(milliseconds steady, milliseconds wall) noexcept {
    ahead_ = std::max(ahead_, wall - steady);
    return steady + ahead_;
  }

 private:
  milliseconds ahead_{0};  // 1970 is before any machine has started
};
