// Time as HTTP and the access log write it, formatted once a second.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace appserver::http {

/// Caches one second. Threads: one (each I/O thread has its own).
class DateCache {
 public:
  /// "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 5.6.7). Lives: until the
  /// next call.
  std::string_view imf(std::int64_t unix_s);
  /// "06/Nov/1994:08:49:37 +0000": local time of the process (nginx $time_local).
  std::string_view log_time(std::int64_t unix_s);

 private:
  void refresh(std::int64_t unix_s);
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();  ///< none yet
  std::array<char, 29> imf_{};
  std::array<char, 26> log_{};
};

}  // namespace appserver::http
