// Time, passed in wherever a test wants to turn it.
#pragma once

#include <chrono>
#include <cstdint>

namespace appserver {

using Milliseconds = std::chrono::milliseconds;

/// CLOCK_MONOTONIC_COARSE in milliseconds: a few ns to read, right to about 4 ms.
std::int64_t coarse_now_ms();

/// CLOCK_MONOTONIC in nanoseconds: what gw_environ.deadline_ns is measured in.
std::uint64_t monotonic_now_ns();

/// Milliseconds since 1970, coarse.
std::int64_t unix_now_ms();

/// Seconds since 1970, coarse.
std::int64_t unix_now_s();

}  // namespace appserver
