#include "base/clock.hpp"

#include <time.h>

namespace appserver {
namespace {

timespec read_clock(clockid_t id) {
  timespec t{};
  ::clock_gettime(id, &t);  // cannot fail: the id is valid and t is ours
  return t;
}

}  // namespace

std::int64_t coarse_now_ms() {
  const timespec t = read_clock(CLOCK_MONOTONIC_COARSE);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

std::uint64_t monotonic_now_ns() {
  const timespec t = read_clock(CLOCK_MONOTONIC);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(t.tv_nsec);
}

std::int64_t unix_now_ms() {
  const timespec t = read_clock(CLOCK_REALTIME_COARSE);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

std::int64_t unix_now_s() {
  return read_clock(CLOCK_REALTIME_COARSE).tv_sec;
}

}  // namespace appserver
