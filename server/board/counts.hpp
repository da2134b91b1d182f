// What is counted of a worker and of the apps that it serves. Lies in memory that the
// supervisor and its workers share: plain numbers at fixed places, no pointers.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace appserver::board {

/// Written by one thread at a time, read by any: a load and a store, no locked
/// instruction. Readers may see one count before another.
class Count {
 public:
  Count() = default;

  Count(const Count& other) : value_(other.get()) {}

  Count& operator=(const Count& other) {
    set(other.get());
    return *this;
  }

  ~Count() = default;

  void add(std::uint64_t n = 1) { set(get() + n); }

  void sub(std::uint64_t n = 1) { set(get() - n); }

  void set(std::uint64_t n) { value_.store(n, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t get() const {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The upper ends, in microseconds, of http_server_request_duration_seconds; above the
/// last is +Inf.
inline constexpr std::array<std::uint64_t, 14> kDurationEnds = {
    5'000,   10'000,  25'000,    50'000,    75'000,    100'000,   250'000,
    500'000, 750'000, 1'000'000, 2'500'000, 5'000'000, 7'500'000, 10'000'000};

/// The statuses that are counted each by itself; of every class there is one more for
/// the rest. 0 is an exchange that ended with its worker.
inline constexpr std::array<std::uint16_t, 43> kStatuses = {
    0,   101, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401,
    403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421,
    422, 425, 426, 428, 429, 431, 499, 500, 501, 502, 503, 504, 505};
inline constexpr std::size_t kStatusPlaces = kStatuses.size() + 5;

/// Where a status is counted.
std::size_t place_of_status(unsigned status);
/// The text of such a place: "404", "4xx".
std::array<char, 4> status_text(std::size_t place);

/// Of one version of an app in one worker. Written by its I/O thread.
struct AppCounts {
  std::array<Count, kStatusPlaces> answered;
  std::array<Count, kDurationEnds.size() + 1> durations;  ///< each for itself
  Count duration_us;                                      ///< of all
  Count received_bytes;                                   ///< heads and bodies
  Count sent_bytes;                                       ///< bodies
  Count in_flight;                                        ///< now
  Count timeouts;  ///< exchanges that were given up

  /// One exchange is over.
  void ended(unsigned status, std::uint64_t duration_us_of_it);
  /// Adds what `other` counted, but not what is in flight.
  void add(const AppCounts& other);
};

/// Of one worker. Written by its I/O thread.
struct WorkerCounts {
  Count accepted;       ///< connections, ever
  Count connections;    ///< now
  Count exchanges;      ///< now, of apps: what is lost if the worker dies
  Count requests;       ///< ever
  Count log_drops;      ///< lines of the access log, ever
  Count busy_since_ns;  ///< CLOCK_MONOTONIC; 0: the I/O thread waits for events
  Count stuck_row;      ///< of an app whose threads are all past their time
  Count queued;         ///< calls that wait for a thread of a blocking app
  Count busy_threads;   ///< threads of blocking apps in a call

  /// Adds what `other` has counted that is no state.
  void add(const WorkerCounts& other);
};

}  // namespace appserver::board
