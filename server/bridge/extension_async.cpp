// gw.async/1, gw.stream/1, gw.timer/1: from what an app was lent to its exchange.
#include <gateway/async.h>
#include <gateway/stream.h>
#include <gateway/timer.h>

#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"

namespace appserver::bridge {
namespace {

Pending& of(gw_pending* pending) {
  return *static_cast<Pending*>(pending);
}

const gw_async kAsync = {
    [](const gw_environ* environ) { return Exchange::of(*environ).detach(*environ); },
    [](gw_pending* pending, Pending::Function fn, void* arg) {
      return of(pending).post(fn, arg);
    },
    [](gw_pending* pending, std::int64_t result) {
      return of(pending).complete(result);
    },
    [](const gw_pending* pending) -> std::int32_t {
      return static_cast<const Pending*>(pending)->is_cancelled() ? 1 : 0;
    },
    [](gw_pending* pending) { of(pending).retain(); },
    [](gw_pending* pending) { of(pending).release(); },
};

const gw_stream kStream = {
    [](gw_input* input, gw_str* view, std::uint32_t flags) {
      if (static_cast<const Input*>(input)->is_hooked)
        return std::int64_t{GW_E_UNSUPPORTED};
      return Exchange::of(*input).peek(*view, flags);
    },
    [](gw_input* input, std::size_t n) { return Exchange::of(*input).consume(n); },
    [](gw_input* input, gw_readable* fn, void* arg) -> std::int32_t {
      Detached* const detached = Exchange::of(*input).detached();
      return detached == nullptr ? GW_E_STATE : detached->wait_readable(input, fn, arg);
    },
    [](gw_writer* writer) -> std::int64_t {
      return writer->error != GW_OK ? writer->error : Exchange::of(*writer).room();
    },
    [](gw_writer* writer, gw_writable* fn, void* arg) -> std::int32_t {
      if (writer->error != GW_OK) return writer->error;
      Detached* const detached = Exchange::of(*writer).detached();
      return detached == nullptr ? GW_E_STATE
                                 : detached->wait_writable(writer, fn, arg);
    },
    [](gw_pending* pending) { return of(pending).wake(); },
};

const gw_timer kTimer = {
    [](const gw_environ* environ, std::uint64_t when_ns, Pending::Function fn,
       void* arg) -> std::int64_t {
      Detached* const detached = Exchange::of(*environ).detached();
      return detached == nullptr ? GW_E_STATE : detached->add_timer(when_ns, fn, arg);
    },
    [](const gw_environ* environ, std::int64_t number) -> std::int32_t {
      Detached* const detached = Exchange::of(*environ).detached();
      return detached == nullptr ? GW_E_STATE : detached->cancel_timer(number);
    },
};

}  // namespace

const void* async_table() {
  return &kAsync;
}

const void* stream_table() {
  return &kStream;
}

const void* timer_table() {
  return &kTimer;
}

}  // namespace appserver::bridge
