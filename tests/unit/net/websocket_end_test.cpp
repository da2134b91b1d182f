// How a WebSocket ends: the closing handshake from either side, codes, timeouts, loss.
#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_frames.hpp"
#include "websocket_peer.hpp"

namespace appserver::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The same event and output wherever `bytes` are cut.
void expect_end(const std::string& bytes, const std::string& event,
                const std::string& output) {
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    WebSocketPeer peer;
    std::string said = peer.answer_to(bytes.substr(0, cut));
    said += peer.answer_to(bytes.substr(cut));
    EXPECT_THAT(peer.events, ElementsAre(event));
    EXPECT_EQ(output, said);
    EXPECT_TRUE(peer.session.is_over());
    EXPECT_FALSE(peer.session.wants_input());
  }
}

TEST(WebSocketEnd, ThePeersCloseIsEchoedAndTold) {
  for (const int code : {1000, 1001, 1003, 1007, 1011, 1013, 3000, 4999}) {
    expect_end(close_frame(code, "bye"), "closed " + std::to_string(code) + " bye",
               close_said(code));
  }
}

TEST(WebSocketEnd, ACloseWithoutACodeIs1005) {
  expect_end(frame(kFin | kClose, ""), "closed 1005 ", close_said(1000));
}

TEST(WebSocketEnd, CodesThatMayNotBeSentAreProtocolErrors) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    SCOPED_TRACE(code);
    expect_end(close_frame(code, "?"), "failed 1002", close_said(1002));
  }
}

TEST(WebSocketEnd, BrokenCloseFramesAreProtocolErrors) {
  expect_end(frame(kFin | kClose, "x"), "failed 1002", close_said(1002));
  expect_end(close_frame(1000, "\xff"), "failed 1002", close_said(1002));
  expect_end(close_frame(1000, std::string(124, 'w')), "failed 1002", close_said(1002));
}

TEST(WebSocketEnd, WhatComesBehindACloseIsIgnored) {
  expect_end(close_frame(1000) + text("late"), "closed 1000 ", close_said(1000));
}

TEST(WebSocketEnd, OurCloseWaitsForThePeers) {
  WebSocketPeer peer;
  EXPECT_TRUE(peer.session.close(1001, "restart"));
  EXPECT_EQ(close_said(1001, "restart"), peer.take_all());
  EXPECT_TRUE(peer.session.is_closing());
  EXPECT_FALSE(peer.session.is_over());
  EXPECT_THAT(peer.events, IsEmpty());
  EXPECT_EQ("", peer.answer_to(close_frame(1001, "ok")));
  EXPECT_THAT(peer.events, ElementsAre("closed 1001 ok"));
  EXPECT_TRUE(peer.session.is_over());
}

TEST(WebSocketEnd, MessagesAndPingsUnderWayAreDroppedAfterOurClose) {
  const std::string under_way = text("late") + frame(kFin | kPing, "p") +
                                frame(kBinary, std::string(4000, 'b')) +
                                frame(kFin | kCont, "") + close_frame(1000);
  for (const std::size_t before : {0U, 1U, 5U, 9U, 11U, 20U, 30U, 500U, 2000U, 4030U}) {
    SCOPED_TRACE(before);
    WebSocketPeer peer;
    peer.session.feed(std::string_view(under_way).substr(0, before));
    peer.take_all();
    peer.events.clear();
    EXPECT_TRUE(peer.session.close(1000, ""));
    peer.take_all();
    peer.session.feed(std::string_view(under_way).substr(before));
    EXPECT_THAT(peer.events, ElementsAre("closed 1000 "));
    EXPECT_EQ("", peer.take_all());
  }
}

TEST(WebSocketEnd, NothingIsSentAfterOurClose) {
  WebSocketPeer peer;
  peer.session.close(1000, "");
  peer.take_all();
  EXPECT_EQ(WebSocketSent::Gone, peer.session.send(WebSocketKind::Text, "x"));
  EXPECT_FALSE(peer.session.close(1000, ""));
  EXPECT_FALSE(peer.session.ping(""));
  EXPECT_EQ("", peer.take_all());
}

TEST(WebSocketEnd, AMessageCanBeAnsweredByTheEnd) {
  WebSocketPeer peer;
  peer.at_message = [&peer] {
    peer.session.send(WebSocketKind::Text, "last");
    peer.session.close(1000, "done");
    return WebSocketEvents::Next::Go;
  };
  EXPECT_EQ(bare(kFin | kText, "last") + close_said(1000, "done"),
            peer.answer_to(text("a") + text("b")));
  EXPECT_THAT(peer.events, ElementsAre("text a"));
  peer.session.feed(close_frame(1000));
  EXPECT_THAT(peer.events, ElementsAre("text a", "closed 1000 "));
}

TEST(WebSocketEnd, AClientThatDoesNotCloseIsLostAfterTheTimeout) {
  WebSocketPeer peer;
  peer.session.tick(5'000);
  peer.session.close(1000, "");
  peer.session.tick(14'999);
  EXPECT_THAT(peer.events, IsEmpty());
  peer.session.tick(15'000);
  EXPECT_THAT(peer.events, ElementsAre("failed 1006"));
  EXPECT_TRUE(peer.session.is_over());
}

TEST(WebSocketEnd, BrokenBytesBehindOurCloseEndItToo) {
  WebSocketPeer peer;
  peer.session.close(1000, "");
  peer.take_all();
  EXPECT_EQ("", peer.answer_to(frame(kFin | 3U, "")));
  EXPECT_THAT(peer.events, ElementsAre("failed 1002"));
}

TEST(WebSocketEnd, BrokenTextAroundOurCloseEndsWithTheTimeout) {
  WebSocketPeer peer;
  peer.session.feed(std::string_view(text("0123456789\xff")).substr(0, 8));
  peer.session.close(1000, "");
  peer.take_all();
  peer.session.feed(std::string_view(text("0123456789\xff")).substr(8));
  peer.session.feed(close_frame(1000));
  peer.session.tick(10'000);
  EXPECT_THAT(peer.events, ElementsAre("failed 1006"));
}

TEST(WebSocketEnd, ASilentClientIsPingedAndThenLost) {
  WebSocketPeer peer;
  peer.session.tick(19'999);
  EXPECT_EQ("", peer.take_all());
  peer.session.tick(20'000);
  EXPECT_EQ(bare(kFin | kPing, ""), peer.take_all());
  peer.session.tick(39'999);
  EXPECT_THAT(peer.events, IsEmpty());
  peer.session.tick(40'000);
  EXPECT_THAT(peer.events, ElementsAre("failed 1006"));
  EXPECT_EQ("", peer.take_all());
}

TEST(WebSocketEnd, AClientThatAnswersIsKept) {
  WebSocketPeer peer;
  for (std::int64_t now = 20'000; now < 200'000; now += 20'000) {
    peer.session.tick(now);
    EXPECT_EQ(bare(kFin | kPing, ""), peer.take_all());
    peer.session.feed(frame(kFin | kPong, ""));
  }
  EXPECT_THAT(peer.events, IsEmpty());
}

TEST(WebSocketEnd, APausedClientIsPingedAndNotTakenForSilent) {
  WebSocketPeer peer;
  peer.at_message = [] { return WebSocketEvents::Next::Pause; };
  peer.session.feed(text("a"));
  std::string said;
  for (std::int64_t now = 0; now <= 100'000; now += 1'000) {
    peer.session.tick(now);
    said += peer.take_all();
  }
  EXPECT_THAT(peer.events, ElementsAre("text a"));
  const std::string ping = bare(kFin | kPing, "");
  EXPECT_EQ(ping + ping + ping + ping + ping, said);
}

TEST(WebSocketEnd, APausedClientThatTakesNoPingIsLost) {
  WebSocketPeer peer;
  peer.at_message = [] { return WebSocketEvents::Next::Pause; };
  peer.session.feed(text("a"));
  peer.session.tick(20'000);
  peer.session.tick(39'999);
  EXPECT_THAT(peer.events, ElementsAre("text a"));
  peer.session.tick(40'000);
  EXPECT_THAT(peer.events, ElementsAre("text a", "failed 1006"));
}

TEST(WebSocketEnd, AfterAPauseAClientHasTimeToAnswer) {
  WebSocketPeer peer;
  peer.at_message = [] { return WebSocketEvents::Next::Pause; };
  peer.session.feed(text("a"));
  peer.session.tick(20'000);
  peer.take_all();
  peer.session.tick(30'000);
  peer.session.resume();
  peer.session.tick(41'000);
  EXPECT_EQ(bare(kFin | kPing, ""), peer.take_all());
  peer.session.tick(60'999);
  EXPECT_THAT(peer.events, ElementsAre("text a"));
  peer.session.tick(61'000);
  EXPECT_THAT(peer.events, ElementsAre("text a", "failed 1006"));
}

TEST(WebSocketEnd, AClientThatNeverReadsIsLost) {
  WebSocketPeer peer;
  peer.session.send(WebSocketKind::Text, "unread");
  peer.session.tick(20'000);
  EXPECT_EQ(bare(kFin | kText, "unread"), peer.session.output());
  peer.session.tick(40'000);
  EXPECT_THAT(peer.events, ElementsAre("failed 1006"));
}

TEST(WebSocketEnd, ASlowClientIsKept) {
  WebSocketPeer peer;
  peer.session.send(WebSocketKind::Binary, std::string(100, 's'));
  for (std::int64_t now = 0; now < 90'000; now += 1'000) {
    peer.session.tick(now);
    peer.session.drop_output(1);
  }
  EXPECT_THAT(peer.events, IsEmpty());
}

TEST(WebSocketEnd, WithoutAnIntervalNobodyIsPinged) {
  WebSocketOptions options;
  options.ping_interval = Milliseconds{0};
  WebSocketPeer peer(options);
  peer.session.tick(1'000'000);
  EXPECT_EQ("", peer.take_all());
  EXPECT_THAT(peer.events, IsEmpty());
}

TEST(WebSocketEnd, WhatThrowsIsBrokenOffWith1011) {
  WebSocketPeer peer;
  peer.at_message = []() -> WebSocketEvents::Next { throw std::bad_alloc(); };
  EXPECT_THROW(peer.session.feed(text("a") + text("b")), std::bad_alloc);
  peer.session.break_off();
  peer.session.break_off();
  EXPECT_EQ(close_said(1011), peer.take_all());
  EXPECT_TRUE(peer.session.is_over());
  EXPECT_FALSE(peer.session.wants_input());
  EXPECT_EQ(WebSocketSent::Gone, peer.session.send(WebSocketKind::Text, "x"));
  EXPECT_EQ("", peer.answer_to(close_frame(1011)));
  EXPECT_THAT(peer.events, ElementsAre("text a", "failed 1011"));
}

TEST(WebSocketEnd, WhoIsClosingIsNotTold1011) {
  WebSocketPeer peer;
  peer.session.close(1000, "");
  EXPECT_EQ(close_said(1000), peer.take_all());
  peer.session.break_off();
  EXPECT_EQ("", peer.take_all());
  EXPECT_THAT(peer.events, ElementsAre("failed 1011"));
}

TEST(WebSocketEnd, ALostConnectionIs1006Once) {
  WebSocketPeer peer;
  peer.session.feed(frame(kText, "half"));
  peer.session.lose();
  peer.session.lose();
  peer.session.feed(text("late"));
  EXPECT_THAT(peer.events, ElementsAre("failed 1006"));
  EXPECT_EQ("", peer.take_all());
}

}  // namespace
}  // namespace appserver::net
