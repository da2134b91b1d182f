// What extensions keep for one exchange: memory, clean-up, attributes, notices, timers.
// Everything that was taken is told its end once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <gateway/async.h>
#include <gateway/stream.h>

#include "lint/lent.hpp"

namespace appserver::lint {

class Exchange;

class Extras {
 public:
  using Closed = void (*)(void* arg, std::int32_t reason);
  using Timed = void (*)(const gw_environ*, void* arg);
  using Drop = void (*)(void* value);

  explicit Extras(Exchange& exchange);

  // [exchange]; the exchange has asked may_call.
  void* room(std::size_t n);
  std::int32_t on_close(Closed fn, void* arg);
  std::int32_t set_attribute(std::int32_t number, void* value, Drop drop);
  [[nodiscard]] void* attribute(std::int32_t number) const;
  std::int32_t on_readable(gw_readable* fn, void* arg);
  std::int32_t on_writable(gw_writable* fn, void* arg);
  std::int64_t at(std::uint64_t when_ns, Timed fn, void* arg);
  std::int32_t cancel(std::int64_t number);

  /// Runs one notice or timer that is due; false when none is. Threads: the battery's.
  bool run_due();
  /// The exchange is over: notices and timers that wait are told.
  void tell_all(std::int32_t reason);
  /// on_close, the last first, then attributes.
  void clean_up(std::int32_t reason);

 private:
  struct Timer {
    std::int64_t number;
    std::uint64_t when_ns;
    Timed fn;
    void* arg;
  };

  struct Value {
    std::int32_t number;
    void* value;
    Drop drop;
  };

  template <class Fn>
  using Notice = std::optional<std::pair<Fn*, void*>>;

  bool run_readable(std::int32_t status);
  bool run_writable(std::int32_t status);
  bool is_detached(const char* function);

  Exchange& exchange_;
  Lent room_;
  std::size_t room_used_ = 0;
  std::vector<std::pair<Closed, void*>> closed_;
  std::vector<Value> values_;
  Notice<gw_readable> readable_;
  Notice<gw_writable> writable_;
  std::vector<Timer> timers_;
  std::int64_t last_timer_ = 0;
};

}  // namespace appserver::lint
