#include "serve/exchange_timers.hpp"

#include "serve/connection.hpp"

namespace appserver::serve {

void ExchangeTimers::set(Connection& connection, std::uint64_t when_ns) {
  if (connection.timer_ns == when_ns) return;
  if (connection.timer_ns != 0) waiting_.erase({connection.timer_ns, &connection});
  connection.timer_ns = when_ns;
  if (when_ns != 0) waiting_.insert({when_ns, &connection});
}

void ExchangeTimers::run(std::uint64_t now_ns) {
  while (!waiting_.empty() && waiting_.begin()->first <= now_ns) {
    Connection& connection = *waiting_.begin()->second;
    set(connection, 0);  // its turn sets the next
    connection.on_timer();
  }
}

}  // namespace appserver::serve
