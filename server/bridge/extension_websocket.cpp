// gw.websocket/1: from the environ an app was lent to its exchange, and from the handle
// it got to who carries it.
#include <new>

#include <gateway/websocket.h>

#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"
#include "bridge/websocket.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

WebSocket& of(gw_ws* ws) {
  return *static_cast<WebSocket*>(ws);
}

/// Nothing unwinds into an app, here where a call takes memory in many places.
template <class Call>
std::int32_t walled(Call&& call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return GW_E_NOMEM;
  } catch (...) {
    return GW_E_APP;
  }
}

// The parameters are the ABI's. NOLINTNEXTLINE(readability-function-size)
std::int32_t accept(const gw_environ* environ, gw_str protocol, const gw_field* fields,
                    std::size_t count, const gw_ws_events* events, void* to,
                    gw_ws** ws) {
  const bool is_whole = events != nullptr && events->size >= sizeof(gw_ws_events) &&
                        events->message != nullptr && events->closed != nullptr;
  if (!is_whole || ws == nullptr || (fields == nullptr && count > 0)) {
    return GW_E_INVALID;
  }
  const std::span<const gw_field> added(fields, count);
  if (!may_be_added(added)) return GW_E_HEADER;
  return walled([&] {
    return Exchange::of(*environ).accept_websocket(
        *environ, {http::view(protocol), added, events, to}, *ws);
  });
}

const gw_websocket kWebSocket = {
    [](const gw_environ* environ) -> std::int32_t {
      return Exchange::of(*environ).asks_for_websocket() ? 1 : 0;
    },
    accept,
    [](gw_ws* ws, std::uint32_t kind, const void* p, std::size_t n) {
      return walled([&] {
        return of(ws).send(kind, {static_cast<const char*>(p), n});
      });
    },
    [](gw_ws* ws) { return of(ws).resume(); },
    [](gw_ws* ws, std::uint32_t code, gw_str why) {
      return walled([&] { return of(ws).close(code, http::view(why)); });
    },
    [](gw_ws* ws, WebSocket::Function fn, void* arg) {
      return walled([&] { return of(ws).post(fn, arg); });
    },
    [](gw_ws* ws) { of(ws).retain(); },
    [](gw_ws* ws) { of(ws).release(); },
};

}  // namespace

const void* websocket_table() {
  return &kWebSocket;
}

}  // namespace appserver::bridge
