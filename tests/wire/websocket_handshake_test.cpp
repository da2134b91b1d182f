// Handshakes of WebSockets: those that are taken, those that are refused, and what
// stands before and behind one.
#include <array>
#include <vector>

#include "support/ws_client.hpp"
#include "websocket_kinds.hpp"

namespace appserver::testing {
namespace {

TEST_P(WebSocket, TheHandshakeIsThatOfTheRfc) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/"));
  const std::string head = read_ws_head(client);
  EXPECT_TRUE(matches(
      head,
      "HTTP/1\\.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\\+xOo=\r\n"
      "Server: appserver\r\nDate: [A-Za-z0-9,: ]{29}\r\nx-app: echo\r\n\r\n"));
  end_ws(client);
}

TEST_P(WebSocket, BytesThatComeWithTheHandshakeAreData) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  const std::string second = request("GET /seen HTTP/1.1");
  client.send(ws_handshake("/") + ws_frame(kText, "early") + ws_frame(kText, second));
  read_ws_head(client);
  EXPECT_TRUE(gives(client, ws_answer(kText, "early") + ws_answer(kText, second)));
  end_ws(client);
}

TEST_P(WebSocket, ARequestBehindTheHandshakeIsNoRequest) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/") + request("GET /seen HTTP/1.1"));
  read_ws_head(client);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1002))));  // 'G': reserved bits
  client.half_close();
  EXPECT_TRUE(client.expect_closed());
}

TEST_P(WebSocket, AnswersBeforeTheHandshakeLeaveFirst) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(request("GET /asked HTTP/1.1") + ws_handshake("/greets"));
  EXPECT_EQ(client.read_response().body, "no");
  EXPECT_TRUE(read_ws_head(client).starts_with("HTTP/1.1 101 "));
  EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  end_ws(client);
}

TEST_P(WebSocket, ASubprotocolIsOneOfThoseOffered) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/protocol?b", "Sec-WebSocket-Protocol: a, b\r\n"));
  EXPECT_TRUE(holds(read_ws_head(client), "\r\nSec-WebSocket-Protocol: b\r\n"));
  end_ws(client);
  for (const std::string more : {"", "Sec-WebSocket-Protocol: a, B\r\n"}) {
    RawClient other(server.port());
    other.send(ws_handshake("/protocol?b", more));
    EXPECT_EQ(other.read_response().status, 500U) << more;
  }
  EXPECT_TRUE(sees(server, "accept-2"));
  RawClient none(server.port());
  none.send(ws_handshake("/", "Sec-WebSocket-Protocol: a, b\r\n"));
  EXPECT_FALSE(holds(read_ws_head(none), "Sec-WebSocket-Protocol"));
}

TEST_P(WebSocket, AnAppRefusesWithAnOrdinaryAnswer) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/refused", "Origin: http://evil\r\n"));
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 403U);
  EXPECT_EQ(response.body, "not you, http://evil");
  client.send(ws_handshake("/asked"));
  EXPECT_EQ(client.read_response().body, "yes");
  client.send(request("GET /asked HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "no");
}

struct BadHandshake {
  const char* why;
  std::string line, fields;
  unsigned status;
};

std::string without(const std::string& line) {
  std::string fields = kAsksForWebSocket;
  const std::size_t at = fields.find(line);
  return fields.erase(at, fields.find("\r\n", at) + 2 - at);
}

TEST_P(WebSocket, AHandshakeThatIsWrongIsRefusedWhereItIsAccepted) {
  const std::string get_line = "GET / HTTP/1.1";
  const std::array<BadHandshake, 8> all{{
      {"not GET", "POST / HTTP/1.1", kAsksForWebSocket + "Content-Length: 0\r\n", 400},
      {"HTTP/1.0", "GET / HTTP/1.0", kAsksForWebSocket, 400},
      {"Connection", get_line, without("Connection: "), 400},
      {"no key", get_line, without("Sec-WebSocket-Key: "), 400},
      {"two keys", get_line,
       kAsksForWebSocket + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 400},
      {"short key", get_line,
       without("Sec-WebSocket-Key: ") + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n", 400},
      {"no version", get_line, without("Sec-WebSocket-Version: "), 400},
      {"version 8", get_line,
       without("Sec-WebSocket-Version: ") + "Sec-WebSocket-Version: 8\r\n", 426},
  }};
  const auto server = serve("websocket_echo", GetParam());
  for (const BadHandshake& bad : all) {
    SCOPED_TRACE(bad.why);
    RawClient client(server.port());
    client.send(request(bad.line, bad.fields));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, bad.status);
    EXPECT_EQ(response.field("sec-websocket-version"), bad.status == 426 ? "13" : "");
    std::string line = bad.line;
    line.replace(line.find('/'), 1, "/asked");
    RawClient other(server.port());  // for an app that does not accept: a request
    other.send(request(line, bad.fields));
    EXPECT_EQ(other.read_response().body, "no");
  }
  EXPECT_EQ(server.count_lines("the app failed"), 0U);
}

TEST_P(WebSocket, WhoDoesNotAskIsNotAccepted) {
  const auto server = serve("websocket_echo", GetParam());
  EXPECT_EQ(get(server.port(), "/page").body, "a page");
  EXPECT_EQ(get(server.port(), "/").status, 501U);
  EXPECT_TRUE(sees(server, "accept-11"));
}

TEST_P(WebSocket, TheFieldsOfAnAppAreThoseThatAHeadMayHave) {
  const auto server = serve("websocket_echo", GetParam());
  for (const std::string name : {"Connection", "upgrade", "Content-Length",
                                 "Sec-WebSocket-Protocol", "sec-websocket-x", "a:b"}) {
    RawClient client(server.port());
    client.send(ws_handshake("/field?" + name));
    EXPECT_EQ(client.read_response().status, 500U) << name;
  }
  RawClient client(server.port());
  client.send(ws_handshake("/field?x-mine"));
  EXPECT_TRUE(holds(read_ws_head(client), "\r\nx-mine: v\r\n\r\n"));
  RawClient other(server.port());
  other.send(ws_handshake("/server"));
  const std::string head = read_ws_head(other);
  EXPECT_TRUE(holds(head, "Server: mine\r\n"));
  EXPECT_EQ(times(head, "Server: "), 1U);
}

TEST_P(WebSocket, AcceptingComesInPlaceOfStartResponse) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/started"));
  EXPECT_EQ(client.read_response().status, 500U);
  EXPECT_TRUE(sees(server, "accept-3"));
  RawClient other = open_ws(server, "/twice");
  end_ws(other);
  EXPECT_TRUE(sees(server, "twice-3 start-3"));
}

TEST_P(WebSocket, AppThatFailsAfterItHasAcceptedIsAnsweredFor) {
  auto server = serve("websocket_echo", GetParam());
  RawClient client(server.port());
  client.send(ws_handshake("/call-fails"));
  EXPECT_EQ(client.read_response().status, 500U);
  EXPECT_TRUE(sees(server, "closed1006"));
  server.wait_for_access_line("/call-fails HTTP/1.1\" 500 ");
}

}  // namespace
}  // namespace appserver::testing
