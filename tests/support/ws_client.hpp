// A client of a WebSocket in literal bytes: what the tests of them say again and again.
// Header only, because it knows GoogleTest and the library does not.
#pragma once

#include <string>
#include <string_view>

#include "support/expect.hpp"
#include "support/ws_frame.hpp"

namespace appserver::testing {

inline const std::string kAsksForWebSocket =
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

inline std::string ws_handshake(std::string_view path, const std::string& more = "") {
  return request("GET " + std::string(path) + " HTTP/1.1", kAsksForWebSocket + more);
}

/// The head of the 101, without its Date's value.
inline std::string read_ws_head(RawClient& client) {
  for (std::size_t n = 1;; ++n) {
    const std::string& here = client.peek(n);
    const std::size_t end = here.find("\r\n\r\n");
    if (end != std::string::npos) return client.take(end + 4);
    if (here.size() < n) return here;
    n = here.size();
  }
}

/// A client whose WebSocket is open.
inline RawClient open_ws(const ServerProcess& server, std::string_view path = "/",
                         const std::string& more = "", int receive_buffer = 0) {
  RawClient client(server.port(), receive_buffer);
  client.send(ws_handshake(path, more));
  const std::string head = read_ws_head(client);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
  return client;
}

inline ::testing::AssertionResult gives(RawClient& client, const std::string& bytes) {
  const std::string got = client.take(bytes.size());
  if (got == bytes) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "got " << ::testing::PrintToString(got.substr(0, 200)) << " and not "
         << ::testing::PrintToString(bytes.substr(0, 200));
}

/// The closing handshake that the client begins.
inline void end_ws(RawClient& client, unsigned code = 1000) {
  client.send(ws_frame(kEnd, ws_close(code)));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(code))));
  EXPECT_TRUE(client.expect_closed());
}

}  // namespace appserver::testing
