// gw.websocket/1: from the environ an app was lent to its exchange, and from the handle
// it got to who carries it.
#include <gateway/websocket.h>

#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"
#include "bridge/websocket.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kFieldsMost = 32 * 1024;  // bytes that an app may add to the 101

WebSocket& of(gw_ws* ws) {
  return *static_cast<WebSocket*>(ws);
}

/// What the handshake says itself, an app does not.
bool is_of_handshake(std::string_view name) {
  constexpr std::string_view kPrefix = "sec-websocket-";
  return name.size() >= kPrefix.size() &&
         http::equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

bool may_be_sent(std::span<const gw_field> fields) {
  std::size_t size = 0;
  for (const gw_field& field : fields) {
    const std::string_view name = http::view(field.name);
    const std::string_view value = http::view(field.value);
    if (!http::is_token(name) || !http::is_field_value(value)) return false;
    const http::ResponseField kind = http::classify_response_field(name);
    const bool is_allowed = kind == http::ResponseField::Ordinary ||
                            kind == http::ResponseField::Date ||
                            kind == http::ResponseField::Server;
    if (!is_allowed || is_of_handshake(name)) return false;
    size += name.size() + value.size() + 4;
  }
  return size <= kFieldsMost;
}

std::int32_t accept(const gw_environ* environ, gw_str protocol, const gw_field* fields,
                    std::size_t count, const gw_ws_events* events, void* to,
                    gw_ws** ws) {
  const bool is_whole = events != nullptr && events->size >= sizeof(gw_ws_events) &&
                        events->message != nullptr && events->closed != nullptr;
  if (!is_whole || ws == nullptr || (fields == nullptr && count > 0)) {
    return GW_E_INVALID;
  }
  const std::span<const gw_field> added(fields, count);
  if (!may_be_sent(added)) return GW_E_HEADER;
  return Exchange::of(*environ).accept_websocket(
      {http::view(protocol), added, events, to}, *ws);
}

const gw_websocket kWebSocket = {
    [](const gw_environ* environ) -> std::int32_t {
      return Exchange::of(*environ).asks_for_websocket() ? 1 : 0;
    },
    accept,
    [](gw_ws* ws, std::uint32_t kind, const void* p, std::size_t n) {
      return of(ws).send(kind, {static_cast<const char*>(p), n});
    },
    [](gw_ws* ws) { return of(ws).resume(); },
    [](gw_ws* ws, std::uint32_t code, gw_str why) {
      return of(ws).close(code, http::view(why));
    },
    [](gw_ws* ws, WebSocket::Function fn, void* arg) { return of(ws).post(fn, arg); },
    [](gw_ws* ws) { of(ws).retain(); },
    [](gw_ws* ws) { of(ws).release(); },
};

}  // namespace

const void* websocket_table() {
  return &kWebSocket;
}

}  // namespace appserver::bridge
