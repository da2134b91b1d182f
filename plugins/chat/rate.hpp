// How often one client may speak: a token bucket. Knows no clock.
#pragma once

#include <algorithm>
#include <chrono>

class Rate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `per_second` on average, `burst` at once.
  Rate(double per_second, double burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  bool take(Time now) {
    const std::chrono::duration<double> passed = now - filled_;
    if (filled_ != Time() && passed.count() > 0) {
      tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    }
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double per_second_, burst_, tokens_;
  Time filled_{};
};
