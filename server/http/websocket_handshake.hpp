// Does a request ask for a WebSocket, and rightly so? Knows no sockets and no frames:
// net/websocket_session.hpp answers it. Spec: RFC 6455 4.2.1, 11.3; RFC 9110 7.8.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/request_rules.hpp"

namespace appserver::http {

/// A handshake that may be accepted. Lives: views into the head.
struct WebSocketHandshake {
  std::string_view key;                     ///< Sec-WebSocket-Key
  std::vector<std::string_view> protocols;  ///< offered, by preference; no two the same
  std::string extensions;  ///< all Sec-WebSocket-Extensions, as one list
};

/// Is it meant as one? Then an app that knows no WebSocket sees an ordinary GET, as
/// ever.
inline bool asks_for_websocket(const Request& request) {
  return request.upgrades_to_websocket;
}

/// Judges a request that asks_for_websocket. `fields` have names in lower case; those
/// left for the app will do. Fails: 426, to be answered with Sec-WebSocket-Version: 13,
/// for another version; else 400: not GET, not HTTP/1.1, Connection does not name
/// upgrade, a body, a key or version that is missing, repeated or (key) not the base64
/// of 16 bytes, protocols that are no tokens, repeated or more than 32.
Checked<WebSocketHandshake> judge_websocket(std::string_view method, unsigned version,
                                            const Request& request,
                                            std::span<const Field> fields);

/// Is `protocol` one of those offered? Exactly: they are case-sensitive.
bool is_offered(const WebSocketHandshake& handshake, std::string_view protocol);

}  // namespace appserver::http
