// When detached exchanges want to be woken: gw.timer/1.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

namespace appserver::serve {

class Connection;

/// One time per connection, the earliest of its exchange. Threads: the I/O thread.
class ExchangeTimers {
 public:
  /// In place of what was set for it before; 0: none.
  void set(Connection& connection, std::uint64_t when_ns);

  /// CLOCK_MONOTONIC; 0: there is none.
  [[nodiscard]] std::uint64_t first_ns() const {
    return waiting_.empty() ? 0 : waiting_.begin()->first;
  }

  /// Tells those whose time has come.
  void run(std::uint64_t now_ns);

 private:
  std::set<std::pair<std::uint64_t, Connection*>> waiting_;
};

}  // namespace appserver::serve
