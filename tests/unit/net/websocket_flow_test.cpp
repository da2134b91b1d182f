// Who waits for whom: pauses, full buffers, floods; and what deflate may cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_deflate.hpp"
#include "websocket_frames.hpp"
#include "websocket_peer.hpp"

namespace appserver::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Next = WebSocketEvents::Next;

WebSocketOptions deflating() {
  WebSocketOptions options;
  options.deflate.enabled = true;
  options.deflate.smallest_size = 0;
  return options;
}

constexpr std::string_view kOffer = "permessage-deflate; client_max_window_bits";

TEST(WebSocketFlow, APausedOwnerGetsOneMessageAtATime) {
  WebSocketPeer peer;
  peer.at_message = [] { return Next::Pause; };
  peer.session.feed(text("a") + text("b") + text("c"));
  EXPECT_THAT(peer.events, ElementsAre("text a"));
  EXPECT_TRUE(peer.session.is_paused());
  EXPECT_FALSE(peer.session.wants_input());
  peer.session.resume();
  EXPECT_THAT(peer.events, ElementsAre("text a", "text b"));
  peer.session.resume();
  peer.session.resume();
  EXPECT_THAT(peer.events, ElementsAre("text a", "text b", "text c"));
  EXPECT_TRUE(peer.session.wants_input());
}

TEST(WebSocketFlow, WhatIsFedInAPauseIsKeptInOrder) {
  std::string bytes;
  std::vector<std::string> all;
  for (int i = 0; i < 400; ++i) {
    bytes += text("message " + std::to_string(i));
    all.push_back("text message " + std::to_string(i));
  }
  for (const std::size_t piece : {1U, 7U, 1000U, 1536U, 100000U}) {
    SCOPED_TRACE(piece);
    WebSocketPeer peer;
    peer.at_message = [] { return Next::Pause; };
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      peer.session.feed(std::string_view(bytes).substr(at, piece));
      if (at % 3 == 0) peer.session.resume();
    }
    while (peer.events.size() < all.size() && peer.session.is_paused()) {
      peer.session.resume();
    }
    EXPECT_EQ(all, peer.events);
  }
}

TEST(WebSocketFlow, APauseDoesNotHoldUpOurClose) {
  WebSocketPeer peer;
  peer.at_message = [] { return Next::Pause; };
  peer.session.feed(text("a") + text("b"));
  peer.session.close(1000, "");
  EXPECT_TRUE(peer.session.wants_input());
  peer.session.feed(close_frame(1000));
  EXPECT_THAT(peer.events, ElementsAre("text a", "closed 1000 "));
}

TEST(WebSocketFlow, SendTakesAllOrNothing) {
  WebSocketOptions options;
  options.send_limit = 1000;
  WebSocketPeer peer(options);
  const std::string message(400, 'm');
  EXPECT_EQ(WebSocketSent::Done, peer.session.send(WebSocketKind::Binary, message));
  EXPECT_EQ(WebSocketSent::Done, peer.session.send(WebSocketKind::Binary, message));
  const std::size_t before = peer.session.output().size();
  EXPECT_EQ(WebSocketSent::Again, peer.session.send(WebSocketKind::Binary, message));
  EXPECT_EQ(before, peer.session.output().size());
  EXPECT_EQ(WebSocketSent::TooBig,
            peer.session.send(WebSocketKind::Binary, std::string(1000, 'm')));
  EXPECT_EQ(WebSocketSent::NotUtf8, peer.session.send(WebSocketKind::Text, "\xff"));
  EXPECT_EQ(before, peer.session.output().size());
}

TEST(WebSocketFlow, RoomIsToldOnceAfterARefusedSend) {
  WebSocketOptions options;
  options.send_limit = 1000;
  WebSocketPeer peer(options);
  peer.session.send(WebSocketKind::Binary, std::string(900, 'm'));
  peer.session.drop_output(100);
  EXPECT_THAT(peer.events, IsEmpty());  // nobody asked
  peer.session.send(WebSocketKind::Binary, std::string(900, 'm'));
  peer.session.drop_output(100);
  EXPECT_THAT(peer.events, IsEmpty());
  peer.take_all();
  EXPECT_THAT(peer.events, ElementsAre("writable"));
}

TEST(WebSocketFlow, TheOwnerMaySendWhenThereIsRoom) {
  WebSocketOptions options;
  options.send_limit = 1000;
  WebSocketPeer peer(options);
  int left = 5;
  peer.at_writable = [&peer, &left] {
    while (left > 0 &&
           peer.session.send(WebSocketKind::Binary, std::string(700, 'm')) ==
               WebSocketSent::Done) {
      --left;
    }
  };
  peer.at_writable();
  peer.take_all();
  EXPECT_EQ(0, left);
}

TEST(WebSocketFlow, AFloodOfPingsCostsOnePong) {
  WebSocketPeer peer;
  const std::string payload(125, 'p');
  for (int i = 0; i < 10'000; ++i) {
    peer.session.feed(frame(kFin | kPing, payload));
    ASSERT_LE(peer.session.output().size(), 2 * 127U);
  }
  peer.session.feed(frame(kFin | kPing, "last"));
  EXPECT_THAT(frames_of(peer.take_all()).back().payload, "last");
}

TEST(WebSocketFlow, APongThatIsHalfSentIsSentWhole) {
  WebSocketPeer peer;
  peer.session.feed(frame(kFin | kPing, "first"));
  std::string taken(peer.session.output().substr(0, 3));
  peer.session.drop_output(3);
  peer.session.feed(frame(kFin | kPing, "second"));
  peer.session.feed(frame(kFin | kPing, "third"));
  taken += peer.take_all();
  EXPECT_EQ(bare(kFin | kPong, "first") + bare(kFin | kPong, "third"), taken);
}

TEST(WebSocketFlow, AClientThatNeverReadsCostsTheSendLimit) {
  WebSocketOptions options;
  options.send_limit = 10'000;
  WebSocketPeer peer(options);
  peer.at_message = [&peer] {
    peer.session.send(WebSocketKind::Text, "e");
    return Next::Go;
  };
  const std::string bytes = frame(kFin | kPing, std::string(125, 'p')) + text("e");
  for (int i = 0; i < 10'000 && peer.session.wants_input(); ++i) {
    peer.session.feed(bytes);
  }
  EXPECT_LE(peer.session.output().size(), options.send_limit + 127);
  EXPECT_GE(frames_of(peer.take_all()).size(), 2U);
}

TEST(WebSocketFlow, CompressionIsNegotiatedOnlyIfBothWantIt) {
  EXPECT_THAT(WebSocketPeer(deflating(), kOffer).head,
              HasSubstr("Sec-WebSocket-Extensions: permessage-deflate; "
                        "server_max_window_bits=12; client_max_window_bits=12\r\n"));
  for (const std::string_view offer :
       {"", "permessage-deflate", "x-other", "permessage-deflate; x=1",
        "permessage-deflate; client_max_window_bits=16"}) {
    SCOPED_TRACE(offer);
    EXPECT_THAT(WebSocketPeer(deflating(), offer).head, Not(HasSubstr("Extensions")));
  }
  EXPECT_THAT(WebSocketPeer({}, kOffer).head, Not(HasSubstr("Extensions")));
}

TEST(WebSocketFlow, ReadsTheCompressedExamplesOfTheRfc) {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // 7.2.3.1
  const std::string shared("\xf2\x00\x11\x00\x00", 5);         // 7.2.3.2
  const std::string stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);
  const std::string two_blocks("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
                               13);
  std::string bytes;
  for (const std::string& body : {hello, shared, stored, two_blocks}) {
    bytes += frame(kFin | kRsv1 | kText, body);
  }
  bytes += frame(kRsv1 | kText, hello.substr(0, 3)) +
           frame(kFin | kCont, hello.substr(3)) + text("plain");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    WebSocketPeer peer(deflating(), kOffer);
    peer.session.feed(bytes.substr(0, cut));
    peer.session.feed(bytes.substr(cut));
    EXPECT_THAT(peer.events, ElementsAre("text Hello", "text Hello", "text Hello",
                                         "text Hello", "text Hello", "text plain"));
  }
}

TEST(WebSocketFlow, CompressedMessagesGoBothWays) {
  WebSocketPeer peer(deflating(), kOffer);
  Deflater deflater;
  Inflater inflater;
  for (const std::size_t size : {0U, 1U, 100U, 5'000U, 200'000U}) {
    SCOPED_TRACE(size);
    std::string message;
    for (std::size_t i = 0; message.size() < size; ++i) {
      message += std::to_string(i * i % 977);
    }
    peer.events.clear();
    peer.session.feed(frame(kFin | kRsv1 | kText, deflater(message)));
    EXPECT_THAT(peer.events, ElementsAre("text " + message));
    EXPECT_EQ(WebSocketSent::Done, peer.session.send(WebSocketKind::Text, message));
    const auto frames = frames_of(peer.take_all());
    ASSERT_FALSE(frames.empty());
    EXPECT_EQ(kRsv1 | kText, frames.front().first & ~kFin);
    std::string body;
    for (const ServerFrame& part : frames) body += part.payload;
    EXPECT_EQ(message, inflater(body));
    EXPECT_LE(body.size(), size / 2 + 16);
  }
}

TEST(WebSocketFlow, ABombIsStoppedAtTheMessageLimit) {
  WebSocketOptions options = deflating();
  options.message_limit = 100'000;
  Deflater fits, bomb;
  WebSocketPeer peer(options, kOffer);
  peer.session.feed(frame(kFin | kRsv1 | kBinary, fits(std::string(100'000, '\0'))));
  EXPECT_EQ(1U, peer.events.size());
  EXPECT_THAT(peer.events.front(), testing::StartsWith("binary "));
  WebSocketPeer target(options, kOffer);
  const std::string small = bomb(std::string(8'000'000, '\0'));
  EXPECT_LT(small.size(), 100'000U);
  EXPECT_EQ(close_said(1009), target.answer_to(frame(kFin | kRsv1 | kBinary, small)));
  EXPECT_THAT(target.events, ElementsAre("failed 1009"));
}

TEST(WebSocketFlow, WhatDoesNotInflateIs1007) {
  WebSocketPeer peer(deflating(), kOffer);
  EXPECT_EQ(close_said(1007),
            peer.answer_to(frame(kFin | kRsv1 | kText, "\xff\xff\xff")));
  EXPECT_THAT(peer.events, ElementsAre("failed 1007"));
}

TEST(WebSocketFlow, InflatedTextIsUtf8) {
  Deflater deflater;
  WebSocketPeer peer(deflating(), kOffer);
  EXPECT_EQ(close_said(1007),
            peer.answer_to(frame(kFin | kRsv1 | kText, deflater("a\xff"))));
  EXPECT_THAT(peer.events, ElementsAre("failed 1007"));
}

}  // namespace
}  // namespace appserver::net
