// Counts what the I/O thread does that costs: heap allocations, recv and send calls.
// Exact numbers, so they may be asserted; nothing here looks at a clock.
#pragma once

#include <atomic>
#include <cstdint>

namespace appserver::exact {

struct Counts {
  std::uint64_t allocations = 0, receives = 0, sends = 0;
};

/// Says that the calling thread is the one whose doings are counted.
void count_this_thread();

/// What has been counted so far. Threads: any.
Counts counts();

}  // namespace appserver::exact
