// What is inside a WebSocketSession: Beast's stream, its two ends, and where the
// session stands. Only websocket_session.cpp includes it: it costs ten seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/memory_stream.hpp"
#include "net/websocket_session.hpp"

namespace appserver::net {

struct WebSocketServices::Room {
  boost::asio::io_context services{1};
};

struct WebSocketSession::Engine {
  Engine(boost::asio::io_context& services, const WebSocketOptions& asked,
         WebSocketEvents& owner, std::int64_t now_ms)
      : options(asked), events(owner), ws(services, pipe), now(now_ms), life(now_ms) {}

  void accept(const WebSocketAnswer& answer);
  void answer_handshake(const WebSocketAnswer& answer, std::string_view accepted,
                        std::string_view extensions);

  void run();
  void keep_rest();
  void start_read();
  void on_read(const boost::beast::error_code& ec, std::size_t n);
  void deliver();
  void on_read_failed(const boost::beast::error_code& ec);
  void on_close_done(const boost::beast::error_code& ec);
  void end_by_peer();
  void fail(std::uint16_t code);
  void lose();

  [[nodiscard]] bool is_held() const {
    return !closing && pipe.output.size() >= options.send_limit;
  }

  WebSocketOptions options;
  WebSocketEvents& events;
  MemoryPipe pipe;
  boost::beast::websocket::stream<MemoryStream> ws;
  std::string rest;     ///< fed, but not read yet; at most one feed
  std::string message;  ///< room for it
  std::size_t got = 0;  ///< of it
  std::int64_t now, life, pinged_at = 0, closing_since = 0;
  bool running = false, reading = false, paused = false, closing = false, over = false;
  bool wants_room = false, pinged = false, deflating = false;
};

}  // namespace appserver::net
