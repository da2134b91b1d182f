// Which requests ask for a WebSocket, and which of them rightly so.
#include "http/websocket_handshake.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "head_of.hpp"

namespace appserver::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The handshake of RFC 6455 1.3, without one name, and with more fields.
Pairs handshake(std::string_view without = "", const Pairs& more = {}) {
  const Pairs example = {{"host", "server.example.com"},
                         {"upgrade", "websocket"},
                         {"connection", "Upgrade"},
                         {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                         {"origin", "http://example.com"},
                         {"sec-websocket-protocol", "chat, superchat"},
                         {"sec-websocket-version", "13"}};
  Pairs pairs;
  for (const auto& pair : example) {
    if (pair.first != without) pairs.push_back(pair);
  }
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

struct Judged {
  bool asks = false;
  unsigned status = 101;
  WebSocketHandshake handshake;
};

Judged judge(const Pairs& pairs, std::string_view method = "GET",
             unsigned version = 11) {
  HeadOf head(pairs, version);
  head.asks(method, "/chat");
  const auto request = head.judge();
  EXPECT_TRUE(request.has_value());
  if (!request) return {};
  std::vector<Field> fields;  // what is left for the app
  for (const auto& [name, value] : head.for_app(*request)) {
    fields.push_back({str(name), str(value)});
  }
  auto judged = judge_websocket(method, version, *request, fields);
  if (!judged) return {asks_for_websocket(*request), judged.error().status, {}};
  return {asks_for_websocket(*request), 101, std::move(*judged)};
}

TEST(WebSocketHandshake, TheExampleOfTheRfcIsOne) {
  const Judged judged = judge(handshake());
  EXPECT_TRUE(judged.asks);
  EXPECT_EQ(101U, judged.status);
  EXPECT_EQ("dGhlIHNhbXBsZSBub25jZQ==", judged.handshake.key);
  EXPECT_THAT(judged.handshake.protocols, ElementsAre("chat", "superchat"));
  EXPECT_EQ("", judged.handshake.extensions);
}

TEST(WebSocketHandshake, UpgradeAndConnectionAreListsInAnyCase) {
  const Judged judged =
      judge(handshake("upgrade", {{"upgrade", "h2c, WebSocket"},
                                  {"connection", "keep-alive, uPGRADE"}}));
  EXPECT_TRUE(judged.asks);
  EXPECT_EQ(101U, judged.status);
}

TEST(WebSocketHandshake, UpgradeMustListWebsocket) {
  for (const std::string_view other : {"h2c", "websockets", "", "web socket"}) {
    const Judged judged = judge(handshake("upgrade", {{"upgrade", other}}));
    EXPECT_FALSE(judged.asks) << other;
    EXPECT_EQ(400U, judged.status) << other;
  }
  EXPECT_FALSE(judge(handshake("upgrade")).asks);
}

TEST(WebSocketHandshake, ConnectionMustNameUpgrade) {
  for (const std::string_view other : {"keep-alive", "close", "x-upgrade"}) {
    const Judged judged = judge(handshake("connection", {{"connection", other}}));
    EXPECT_TRUE(judged.asks) << other;
    EXPECT_EQ(400U, judged.status) << other;
  }
  EXPECT_EQ(400U, judge(handshake("connection")).status);
}

TEST(WebSocketHandshake, OnlyGetAndOneOneWithoutABody) {
  EXPECT_EQ(400U, judge(handshake(), "POST").status);
  EXPECT_EQ(400U, judge(handshake(), "get").status);
  EXPECT_EQ(400U, judge(handshake(), "GET", 10).status);
  EXPECT_EQ(400U, judge(handshake("", {{"content-length", "1"}})).status);
  EXPECT_EQ(400U, judge(handshake("", {{"transfer-encoding", "chunked"}})).status);
  EXPECT_EQ(101U, judge(handshake("", {{"content-length", "0"}})).status);
}

TEST(WebSocketHandshake, TheKeyIsOneOfSixteenBytes) {
  const auto status_with = [](std::string_view key) {
    return judge(handshake("sec-websocket-key", {{"sec-websocket-key", key}})).status;
  };
  EXPECT_EQ(101U, status_with("AQIDBAUGBwgJCgsMDQ4PEC=="));
  EXPECT_EQ(101U, status_with("++++//////////////////=="));
  for (const std::string_view bad :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "AAAAAAAAAAAAAAAAAAAA",
        "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub2 jZQ==",
        "dGhlIHNhbXBsZSBub2_jZQ=="}) {
    EXPECT_EQ(400U, status_with(bad)) << bad;
  }
  EXPECT_EQ(400U, judge(handshake("sec-websocket-key")).status);
  EXPECT_EQ(
      400U,
      judge(handshake("", {{"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}})).status);
}

TEST(WebSocketHandshake, AnotherVersionIsToldOurs) {
  const auto status_with = [](std::string_view version) {
    return judge(
               handshake("sec-websocket-version", {{"sec-websocket-version", version}}))
        .status;
  };
  for (const std::string_view other : {"8", "14", "013", "13, 8", "", "x"}) {
    EXPECT_EQ(426U, status_with(other)) << other;
  }
  EXPECT_EQ(400U, judge(handshake("sec-websocket-version")).status);
  EXPECT_EQ(400U, judge(handshake("", {{"sec-websocket-version", "13"}})).status);
}

TEST(WebSocketHandshake, ProtocolsAreTokensOverAllFieldsInOrder) {
  const auto protocols_of = [](const Pairs& more) {
    return judge(handshake("sec-websocket-protocol", more)).handshake.protocols;
  };
  const std::string_view name = "sec-websocket-protocol";
  EXPECT_THAT(protocols_of({}), IsEmpty());
  EXPECT_THAT(protocols_of({{name, "b,a"}, {name, " c , ,v1.d"}}),
              ElementsAre("b", "a", "c", "v1.d"));
  EXPECT_THAT(protocols_of({{name, "chat, Chat"}}), ElementsAre("chat", "Chat"));
}

TEST(WebSocketHandshake, ProtocolsAreUniqueAndNotTooMany) {
  const auto status_with = [](std::string_view list) {
    return judge(
               handshake("sec-websocket-protocol", {{"sec-websocket-protocol", list}}))
        .status;
  };
  EXPECT_EQ(400U, status_with("a, b, a"));
  EXPECT_EQ(400U, status_with("a b"));
  EXPECT_EQ(400U, status_with("a/b"));
  EXPECT_EQ(400U, judge(handshake("", {{"sec-websocket-protocol", "chat"}})).status);
  std::string many = "p";
  for (int i = 1; i < 32; ++i) many += ",p" + std::to_string(i);
  EXPECT_EQ(101U, status_with(many));
  EXPECT_EQ(400U, status_with(many + ",p32"));
}

TEST(WebSocketHandshake, ExtensionsAreOneList) {
  const Judged judged = judge(handshake(
      "", {{"sec-websocket-extensions", "permessage-deflate; client_max_window_bits"},
           {"sec-websocket-extensions", "x-other"}}));
  EXPECT_EQ("permessage-deflate; client_max_window_bits, x-other",
            judged.handshake.extensions);
}

TEST(WebSocketHandshake, OnlyWhatWasOfferedIsOffered) {
  const Judged judged = judge(handshake());
  EXPECT_TRUE(is_offered(judged.handshake, "superchat"));
  EXPECT_FALSE(is_offered(judged.handshake, "Chat"));
  EXPECT_FALSE(is_offered(judged.handshake, ""));
}

TEST(WebSocketHandshake, AnAppSeesNeitherUpgradeNorConnection) {
  HeadOf head(handshake());
  const auto request = head.judge();
  ASSERT_TRUE(request.has_value());
  for (const auto& [name, value] : head.for_app(*request)) {
    EXPECT_NE("upgrade", name);
    EXPECT_NE("connection", name);
  }
}

}  // namespace
}  // namespace appserver::http
