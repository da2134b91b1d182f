// Rules X: WebSockets. The wire tests have more of each.
#include "recorded.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

std::string answer_to(RawClient& client, const std::string& frame, std::size_t n) {
  client.send(frame);
  return client.take(n);
}

TEST(WebSocketRules, GwX1TheAppDecidesBeforeTheHandshakeIsAnswered) {
  const auto server = serve("websocket_echo");
  RawClient refused(server.port());
  refused.send(ws_handshake("/refused"));
  EXPECT_EQ(refused.read_response().status, 403U);
  open_ws(server, "/");
}

TEST(WebSocketRules, GwX2TheHostAnswersPings) {
  const auto server = serve("websocket_echo");
  RawClient client = open_ws(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(kPing, "now"), 5), ws_answer(kPong, "now"));
}

TEST(WebSocketRules, GwX3MessagesComeWholeAndAsUtf8) {
  const auto server = serve("websocket_echo");
  RawClient client = open_ws(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(0x01, "\xc3") + ws_frame(0x80, "\xa4"), 4),
            ws_answer(kText, "\xc3\xa4"));
  EXPECT_EQ(answer_to(client, ws_frame(kText, "\xc3"), 4),
            ws_answer(kEnd, ws_close(1007)));
  EXPECT_TRUE(sees(server, "closed1007"));
}

TEST(WebSocketRules, GwX4TheSubprotocolIsOneOfThoseOffered) {
  const auto server = serve("websocket_echo");
  for (const bool is_offered : {true, false}) {
    RawClient client(server.port());
    client.send(ws_handshake("/protocol?b", is_offered
                                                ? "Sec-WebSocket-Protocol: a, b\r\n"
                                                : "Sec-WebSocket-Protocol: a\r\n"));
    if (is_offered) {
      EXPECT_TRUE(holds(read_ws_head(client), "Sec-WebSocket-Protocol: b\r\n"));
    } else {
      EXPECT_EQ(client.read_response().status, 500U);
    }
  }
  RawClient client(server.port());
  client.send(ws_handshake("/field?sec-websocket-protocol"));
  EXPECT_EQ(client.read_response().status, 500U);
}

TEST(WebSocketRules, GwX5TheCodeThatClosedItIsTold) {
  const auto server = serve("websocket_echo");
  RawClient polite = open_ws(server, "/");
  EXPECT_EQ(answer_to(polite, ws_frame(kEnd, ws_close(3001)), 4),
            ws_answer(kEnd, ws_close(3001)));
  EXPECT_TRUE(sees(server, "closed3001 "));
  RawClient silent = open_ws(server, "/");
  silent.send(ws_frame(kEnd, ""));
  EXPECT_TRUE(sees(server, "closed1005 "));
  RawClient lost = open_ws(server, "/");
  lost.reset();
  EXPECT_TRUE(sees(server, "closed1006 "));
}

TEST(WebSocketRules, GwX6TheEndIsToldOnceAndSendsFailThen) {
  const auto server = serve("websocket_echo");
  RawClient client = open_ws(server, "/");
  client.send(ws_frame(kEnd, ws_close(1000)) + ws_frame(kEnd, ws_close(1000)));
  EXPECT_TRUE(sees(server, "closed1000 send-5 "));
  client.read_until_close();
  EXPECT_EQ(get(server.port(), "/seen").body, "closed1000 send-5 ");
}

TEST(WebSocketRules, GwX7AFailureOfTheAppEndsIt) {
  const auto server = serve("websocket_echo");
  RawClient client = open_ws(server, "/");
  EXPECT_EQ(answer_to(client, ws_frame(kText, "fail"), 4),
            ws_answer(kEnd, ws_close(1011)));
}

}  // namespace
}  // namespace appserver::testing
