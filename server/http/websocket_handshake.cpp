// Judges a WebSocket handshake, RFC 6455 4.2.1:
//   1. GET, HTTP/1.1 (more would be RFC 8441, which knows no Upgrade).
//   2. Host: request_rules.cpp has asked for it.
//   3. Upgrade lists websocket, 4. Connection lists upgrade: both are kept from apps,
//   so
//      request_rules.cpp has noted them.
//   5. Sec-WebSocket-Key: once, base64 of 16 bytes.
//   6. Sec-WebSocket-Version: once, 13.
//   7. Origin: (the app's to judge)
//   8. Sec-WebSocket-Protocol, 9. Sec-WebSocket-Extensions: lists over all fields. What
//      is inside the extensions is Beast's to read; it ignores what it does not know.
#include "http/websocket_handshake.hpp"

#include <algorithm>

#include "http/fields.hpp"

namespace appserver::http {

namespace {

constexpr std::size_t kMostProtocols =
    32;  // each is compared with all; clients name one

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         c == '+' || c == '/';
}

/// 16 bytes: 22 letters and two of padding (RFC 4648 4).
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, is_base64);
}

/// What the fields of one handshake have said so far.
class Offer {
 public:
  /// Null, or why the field is refused.
  const char* read(const Field& field);
  Checked<WebSocketHandshake> conclude();

 private:
  const char* read_protocols(std::string_view list);

  WebSocketHandshake handshake_;
  unsigned keys_ = 0, versions_ = 0;
  std::string_view version_;
};

const char* Offer::read(const Field& field) {
  const std::string_view name = view(field.name);
  if (!name.starts_with("sec-websocket-")) return nullptr;
  const std::string_view kind = name.substr(14);
  const std::string_view value = view(field.value);
  if (kind == "key") {
    ++keys_;
    handshake_.key = value;
  } else if (kind == "version") {
    ++versions_;
    version_ = value;
  } else if (kind == "protocol") {
    return read_protocols(value);
  } else if (kind == "extensions") {
    if (!handshake_.extensions.empty()) handshake_.extensions += ", ";
    handshake_.extensions += value;
  }
  return nullptr;
}

const char* Offer::read_protocols(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view element = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (element.starts_with(' ')) element.remove_prefix(1);
    while (element.ends_with(' ')) element.remove_suffix(1);
    if (element.empty()) continue;  // RFC 9110 5.6.1.2 asks for it
    if (!is_token(element)) return "an invalid Sec-WebSocket-Protocol";
    if (is_offered(handshake_, element)) return "a repeated Sec-WebSocket-Protocol";
    if (handshake_.protocols.size() == kMostProtocols) {
      return "too many Sec-WebSocket-Protocols";
    }
    handshake_.protocols.push_back(element);
  }
  return nullptr;
}

Checked<WebSocketHandshake> Offer::conclude() {
  if (versions_ != 1) return Rejection{400, "not one Sec-WebSocket-Version"};
  if (version_ != "13") return Rejection{426, "a Sec-WebSocket-Version other than 13"};
  if (keys_ != 1) return Rejection{400, "not one Sec-WebSocket-Key"};
  if (!is_key(handshake_.key)) return Rejection{400, "an invalid Sec-WebSocket-Key"};
  return std::move(handshake_);
}

}  // namespace

Checked<WebSocketHandshake> judge_websocket(std::string_view method, unsigned version,
                                            const Request& request,
                                            std::span<const Field> fields) {
  if (!request.upgrades_to_websocket) return Rejection{400, "no Upgrade to websocket"};
  if (method != "GET") return Rejection{400, "a WebSocket handshake is a GET"};
  if (version != 11) return Rejection{400, "a WebSocket handshake is HTTP/1.1"};
  if (!request.names_upgrade) return Rejection{400, "Connection does not name upgrade"};
  if (request.body != BodyKind::None) {
    return Rejection{400, "a WebSocket handshake with a body"};
  }
  Offer offer;
  for (const Field& field : fields) {
    if (const char* why = offer.read(field)) return Rejection{400, why};
  }
  return offer.conclude();
}

bool is_offered(const WebSocketHandshake& handshake, std::string_view protocol) {
  return std::find(handshake.protocols.begin(), handshake.protocols.end(), protocol) !=
         handshake.protocols.end();
}

}  // namespace appserver::http
