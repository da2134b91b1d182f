// Rules X: WebSockets. The wire tests have more of each.
#include "recorded.hpp"
#include "support/expect.hpp"
#include "support/ws_frame.hpp"

namespace appserver::testing {
namespace {

std::string handshake(const std::string& path, const std::string& more = "") {
  return request("GET " + path + " HTTP/1.1",
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n" +
                     more);
}

std::string head_of_101(RawClient& client) {
  while (client.leftover().find("\r\n\r\n") == std::string::npos) {
    const std::size_t n = client.leftover().size();
    if (client.peek(n + 1).size() == n) break;
  }
  return client.take(client.leftover().find("\r\n\r\n") + 4);
}

/// A WebSocket to the app's `path`.
RawClient websocket(const ServerProcess& server, const std::string& path) {
  RawClient client(server.port());
  client.send(handshake(path));
  EXPECT_TRUE(head_of_101(client).starts_with("HTTP/1.1 101 ")) << path;
  return client;
}

std::string answer_to(RawClient& client, const std::string& frame, std::size_t n) {
  client.send(frame);
  return client.take(n);
}

bool sees(const ServerProcess& server, std::string_view words) {
  return eventually([&] {
    return get(server.port(), "/seen").body.find(words) != std::string::npos;
  });
}

TEST(WebSocketRules, GwX1TheAppDecidesBeforeTheHandshakeIsAnswered) {
  const auto server = serve("websocket_echo");
  RawClient refused(server.port());
  refused.send(handshake("/refused"));
  EXPECT_EQ(refused.read_response().status, 403U);
  websocket(server, "/");
}

TEST(WebSocketRules, GwX2TheHostAnswersPings) {
  const auto server = serve("websocket_echo");
  RawClient client = websocket(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(kPing, "now"), 5), ws_answer(kPong, "now"));
}

TEST(WebSocketRules, GwX3MessagesComeWholeAndAsUtf8) {
  const auto server = serve("websocket_echo");
  RawClient client = websocket(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(0x01, "\xc3") + ws_frame(0x80, "\xa4"), 4),
            ws_answer(kText, "\xc3\xa4"));
  EXPECT_EQ(answer_to(client, ws_frame(kText, "\xc3"), 4),
            ws_answer(kEnd, ws_close(1007)));
}

TEST(WebSocketRules, GwX4TheSubprotocolIsOneOfThoseOffered) {
  const auto server = serve("websocket_echo");
  for (const bool is_offered : {true, false}) {
    RawClient client(server.port());
    client.send(handshake("/protocol?b", is_offered ? "Sec-WebSocket-Protocol: a, b\r\n"
                                                    : "Sec-WebSocket-Protocol: a\r\n"));
    if (is_offered) {
      EXPECT_TRUE(holds(head_of_101(client), "Sec-WebSocket-Protocol: b\r\n"));
    } else {
      EXPECT_EQ(client.read_response().status, 500U);
    }
  }
  RawClient client(server.port());
  client.send(handshake("/field?sec-websocket-protocol"));
  EXPECT_EQ(client.read_response().status, 500U);
}

TEST(WebSocketRules, GwX5TheCodeThatClosedItIsTold) {
  const auto server = serve("websocket_echo");
  RawClient polite = websocket(server, "/");
  EXPECT_EQ(answer_to(polite, ws_frame(kEnd, ws_close(3001)), 4),
            ws_answer(kEnd, ws_close(3001)));
  EXPECT_TRUE(sees(server, "closed3001 "));
  RawClient silent = websocket(server, "/");
  silent.send(ws_frame(kEnd, ""));
  EXPECT_TRUE(sees(server, "closed1005 "));
  RawClient lost = websocket(server, "/");
  lost.reset();
  EXPECT_TRUE(sees(server, "closed1006 "));
}

TEST(WebSocketRules, GwX6TheEndIsToldOnceAndSendsFailThen) {
  const auto server = serve("websocket_echo");
  RawClient client = websocket(server, "/");
  client.send(ws_frame(kEnd, ws_close(1000)) + ws_frame(kEnd, ws_close(1000)));
  EXPECT_TRUE(sees(server, "closed1000 send-5 "));
  client.read_until_close();
  EXPECT_EQ(get(server.port(), "/seen").body, "closed1000 send-5 ");
}

TEST(WebSocketRules, GwX7AFailureOfTheAppEndsIt) {
  const auto server = serve("websocket_echo");
  RawClient client = websocket(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(kText, "fail"), 4),
            ws_answer(kEnd, ws_close(1011)));
}

}  // namespace
}  // namespace appserver::testing
