// WebSockets as objects: which hook gets what, what a hook that throws comes to, and
// how long the object lives.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/websocket.hpp>

#include "live_host.hpp"

using gateway::Environ;
using gateway::Host;
using gateway::WebSocket;
using gateway::WebSocketRef;
using gateway::WebSockets;
using gateway::WsKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

std::vector<std::string> story;  // of the running test

struct Teller {
  explicit Teller(std::string_view which) : fault(which) {
    if (fault == "constructor") throw std::runtime_error("no teller");
  }

  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  ~Teller() { story.emplace_back("gone"); }

  void open(WebSocket& ws) const {
    story.emplace_back("open");
    if (fault == "open") throw std::runtime_error("no open");
    ws.send("hello");
  }

  void message(WebSocket& ws, gateway::WsMessage message) const {
    story.push_back("message " + std::string(message.bytes));
    if (fault == "message") throw std::runtime_error("no message");
    if (message.bytes == "pause") ws.pause();
    ws.send(message.kind, message.bytes);
  }

  void writable(WebSocket&) const {
    story.emplace_back("writable");
    if (fault == "writable") throw std::runtime_error("no writable");
  }

  void closed(std::uint32_t code, std::string_view why) const {
    story.push_back("closed " + std::to_string(code) + " " + std::string(why));
    if (fault == "closed") throw std::runtime_error("no closed");
  }

  std::string fault;
};

struct Silent {
  void message(WebSocket&, gateway::WsMessage) const {}
};

class WebSocketTest : public ::testing::Test {
 protected:
  WebSocketTest() { story.clear(); }

  void accept(std::string_view fault = "") {
    websockets.accept<Teller>(Environ(&raw), {}, fault);
  }

  std::int32_t message(std::string_view text) {
    return live.events->message(&live.ws, live.peer, GW_WS_TEXT, text.data(),
                                text.size());
  }

  /// As a peer keeps it.
  WebSocketRef held() {
    const auto& accepted = gateway::AcceptedPeer<Teller>::of(live.peer);
    return WebSocket(*accepted.tables, &live.ws).ref();
  }

  void end(std::uint32_t code) {
    live.events->closed(&live.ws, live.peer, code, GW_STR("bye"));
  }

  LiveHost live;
  Host host{live.raw()};
  gw_environ raw = live.environ_of();
  WebSockets websockets{host};
};

TEST_F(WebSocketTest, TheHooksInTheirOrderAndTheObjectBehindThem) {
  accept();
  EXPECT_EQ(message("x"), GW_OK);
  EXPECT_EQ(message("pause"), GW_E_AGAIN);
  live.events->writable(&live.ws, live.peer);
  end(1001);
  EXPECT_THAT(story, ElementsAre("open", "message x", "message pause", "writable",
                                 "closed 1001 bye", "gone"));
  EXPECT_THAT(live.sent, ElementsAre("hello", "x", "pause"));
  EXPECT_TRUE(live.closes.empty());
}

TEST_F(WebSocketTest, WhatAHookThrowsClosesWith1011) {
  for (const char* fault : {"open", "writable"}) {
    live.closes.clear();
    accept(fault);
    live.events->writable(&live.ws, live.peer);
    end(1011);
    EXPECT_THAT(live.closes, ElementsAre(1011U)) << fault;
    EXPECT_THAT(live.logged, HasSubstr(std::string("no ") + fault));
  }
  accept("message");
  EXPECT_EQ(message("x"), GW_E_APP);  // the host's part: 1011
  end(1011);
  accept("closed");
  end(1000);
  EXPECT_THAT(live.logged, HasSubstr("no closed"));
  EXPECT_EQ(story.back(), "gone");
}

TEST_F(WebSocketTest, WhatIsNotAcceptedIsDestroyedAndThrown) {
  EXPECT_THROW(accept("constructor"), std::runtime_error);
  live.accept_answer = GW_E_UNSUPPORTED;
  EXPECT_THROW(accept(), gateway::Error);
  EXPECT_THAT(story, ElementsAre("gone"));
}

TEST_F(WebSocketTest, AHookThatAClassDoesNotHaveIsNotAsked) {
  websockets.accept<Silent>(Environ(&raw), {});
  EXPECT_EQ(live.events->writable, nullptr);
  EXPECT_EQ(message("x"), GW_OK);
  end(1005);
}

TEST_F(WebSocketTest, AReferencePostsAndIsGivenBack) {
  accept();
  {
    const WebSocketRef ref = held();
    const WebSocketRef copy = ref;
    EXPECT_EQ(live.ws_references, 2);
    ASSERT_EQ(copy.post([](WebSocket& ws) { ws.send("posted"); }), GW_OK);
    ASSERT_EQ(copy.post([](WebSocket&) { throw std::runtime_error("no post"); }),
              GW_OK);
  }
  EXPECT_EQ(live.ws_references, 0);
  live.run_ws_posts(&live.ws);
  EXPECT_THAT(live.sent, ElementsAre("hello", "posted"));
  EXPECT_THAT(live.closes, ElementsAre(1011U));
  EXPECT_THAT(live.logged, HasSubstr("no post"));
  end(1011);
}

TEST_F(WebSocketTest, APostBehindTheEndIsDestroyedUnrun) {
  accept();
  const WebSocketRef ref = held();
  ASSERT_EQ(ref.post([](WebSocket& ws) { ws.send("late"); }), GW_OK);
  end(1000);
  live.run_ws_posts(nullptr);
  EXPECT_THAT(live.sent, ElementsAre("hello"));
  live.over = true;
  EXPECT_EQ(ref.post([](WebSocket&) {}), GW_E_GONE);
}

TEST_F(WebSocketTest, TheFirstKnownProtocolThatIsOfferedIsChosen) {
  const gw_field fields[] = {
      {GW_STR("sec-websocket-protocol"), GW_STR("v1.chat, other")},
      {GW_STR("sec-websocket-protocol"), GW_STR(" v2.chat ")}};
  raw = live.environ_of(fields, 2);
  const std::string_view known[] = {"v3.chat", "v2.chat", "v1.chat"};
  EXPECT_EQ(WebSockets::chosen_protocol(Environ(&raw), known), "v2.chat");
  const std::string_view unknown[] = {"chat", "V2.chat"};
  EXPECT_EQ(WebSockets::chosen_protocol(Environ(&raw), unknown).data(), nullptr);
}

TEST_F(WebSocketTest, AHostWithoutTheExtensionRefusesTheApp) {
  live.lacks_all = true;
  EXPECT_THROW(WebSockets{host}, gateway::Error);
}

}  // namespace
