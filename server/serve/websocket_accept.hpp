// How an app accepts a WebSocket, on whichever thread it is called.
#pragma once

#include <cstdint>

#include "bridge/websocket.hpp"
#include "config/settings.hpp"
#include "http/websocket_handshake.hpp"
#include "net/websocket_session.hpp"

namespace appserver::net {
class EventLoop;
}

namespace appserver::serve {

class WebSocketLink;
struct Block;

net::WebSocketOptions websocket_options(const config::WebSockets& settings);

/// Of the block's request. Views into it.
http::Checked<http::WebSocketHandshake> judge_handshake(const Block& block);

/// GW_OK and a link that is not open yet; GW_E_UNSUPPORTED, after which who asked
/// wrongly has his answer; GW_E_INVALID for a protocol that was not offered. Throws
/// bad_alloc. Threads: that of the app's call.
std::int32_t accept_websocket(Block& block, const bridge::WebSocketTerms& terms,
                              net::EventLoop& loop,
                              const net::WebSocketOptions& options,
                              WebSocketLink*& link);

}  // namespace appserver::serve
