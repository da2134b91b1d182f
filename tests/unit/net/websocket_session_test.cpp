// What a WebSocket session makes of a client's frames: messages, control frames, ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_frames.hpp"
#include "websocket_peer.hpp"

namespace appserver::net {
namespace {

using testing::ElementsAre;

/// The RFC's client says "Hello" (5.7).
const std::string kHello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

Outcome outcome_of(std::string_view first, std::string_view second,
                   const WebSocketOptions& options = {}) {
  WebSocketPeer peer(options);
  std::string output = peer.answer_to(first);
  output += peer.answer_to(second);
  return {peer.events, output, peer.session.is_over()};
}

/// Whole, byte by byte, and cut in two at every place: the same.
Outcome in_any_pieces(std::string_view bytes, const WebSocketOptions& options = {}) {
  const Outcome whole = outcome_of(bytes, "", options);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    EXPECT_EQ(whole, outcome_of(bytes.substr(0, cut), bytes.substr(cut), options));
  }
  WebSocketPeer peer(options);
  std::string output;
  for (const char byte : bytes) output += peer.answer_to({&byte, 1});
  EXPECT_EQ(whole, (Outcome{peer.events, output, peer.session.is_over()}));
  return whole;
}

void expect_failure(std::string_view bytes, std::uint16_t code) {
  const Outcome outcome = in_any_pieces(bytes);
  EXPECT_THAT(outcome.events, ElementsAre("failed " + std::to_string(code)));
  EXPECT_EQ(close_said(code), outcome.output);
  EXPECT_TRUE(outcome.over);
}

TEST(WebSocketSession, AcceptsAsTheRfcSays) {
  EXPECT_EQ(
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Connection: Upgrade\r\n"
      "Upgrade: websocket\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
      "\r\n",
      WebSocketPeer().head);
}

TEST(WebSocketSession, TheAnswerHasTheChosenProtocolAndAddedFields) {
  const http::Field fields[] = {{http::str("date"), http::str("now")},
                                {http::str("set-cookie"), http::str("a=b")}};
  const WebSocketPeer peer({}, "permessage-deflate", "chat.v2", fields);
  EXPECT_EQ(
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Connection: Upgrade\r\n"
      "Upgrade: websocket\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
      "Sec-WebSocket-Protocol: chat.v2\r\n"
      "date: now\r\n"
      "set-cookie: a=b\r\n"
      "\r\n",
      peer.head);
}

TEST(WebSocketSession, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(kHello, text("Hello"));
  EXPECT_THAT(in_any_pieces(kHello).events, ElementsAre("text Hello"));
  const std::string fragments = frame(kText, "Hel") + frame(kFin | kCont, "lo");
  EXPECT_THAT(in_any_pieces(fragments).events, ElementsAre("text Hello"));
  EXPECT_EQ(bare(kFin | kPong, "Hello"),
            in_any_pieces(frame(kFin | kPing, "Hello")).output);
}

TEST(WebSocketSession, WritesTheExamplesOfTheRfc) {
  WebSocketPeer peer;
  EXPECT_EQ(WebSocketSent::Done, peer.session.send(WebSocketKind::Text, "Hello"));
  EXPECT_EQ("\x81\x05Hello", peer.take_all());
  peer.session.send(WebSocketKind::Binary, std::string(256, 'a'));
  EXPECT_EQ(std::string("\x82\x7e\x01\x00", 4) + std::string(256, 'a'),
            peer.take_all());
  peer.session.send(WebSocketKind::Binary, std::string(65536, 'a'));
  EXPECT_EQ(std::string("\x82\x7f\0\0\0\0\0\x01\0\0", 10) + std::string(65536, 'a'),
            peer.take_all());
  EXPECT_TRUE(peer.session.ping("Hello"));
  EXPECT_EQ("\x89\x05Hello", peer.take_all());
}

TEST(WebSocketSession, AbsentBytesAreUtf8) {
  EXPECT_TRUE(is_utf8({}));
  EXPECT_TRUE(is_utf8("\xc3\xa4"));
  EXPECT_FALSE(is_utf8("\xc3"));
}

TEST(WebSocketSession, MessagesOfEverySizeOfLengthArrive) {
  for (const std::size_t size :
       {0U, 1U, 125U, 126U, 127U, 1535U, 1536U, 1537U, 65535U, 65536U, 1U << 20U}) {
    SCOPED_TRACE(size);
    WebSocketPeer peer;
    const std::string payload(size, 'x');
    const std::string sent = frame(kFin | kBinary, payload) + text("next");
    peer.session.feed(sent);
    EXPECT_THAT(peer.events, ElementsAre("binary " + payload, "text next"));
  }
}

TEST(WebSocketSession, SeveralMessagesInOnePieceArriveInOrder) {
  const std::string bytes =
      text("a") + frame(kFin | kBinary, "b") + text("") + text("c");
  EXPECT_THAT(in_any_pieces(bytes).events,
              ElementsAre("text a", "binary b", "text ", "text c"));
}

TEST(WebSocketSession, ControlFramesMayComeBetweenFragments) {
  const std::string bytes = frame(kBinary, "one ") + frame(kFin | kPing, "p") +
                            frame(kCont, "") + frame(kFin | kPong, "unasked") +
                            frame(kCont, "two ") + frame(kFin | kCont, "three");
  const Outcome outcome = in_any_pieces(bytes);
  EXPECT_THAT(outcome.events, ElementsAre("binary one two three"));
  EXPECT_EQ(bare(kFin | kPong, "p"), outcome.output);
}

TEST(WebSocketSession, EveryPingOfAClientThatReadsIsAnswered) {
  std::string pings, pongs;
  for (int i = 0; i < 10; ++i) {
    pings += frame(kFin | kPing, "payload " + std::to_string(i));
    pongs += bare(kFin | kPong, "payload " + std::to_string(i));
  }
  EXPECT_EQ(pongs, in_any_pieces(pings).output);
  const std::string longest(125, 'l');
  EXPECT_EQ(bare(kFin | kPong, longest), in_any_pieces(frame(0x89, longest)).output);
}

TEST(WebSocketSession, BrokenFramesAreProtocolErrors) {
  expect_failure(std::string("\x81\x05Hello"), 1002);  // not masked
  expect_failure(frame(kFin | kPing, std::string(126, 'p')), 1002);
  expect_failure(frame(kPing, "fragment"), 1002);
  expect_failure(frame(kFin | kCont, "of nothing"), 1002);
  expect_failure(frame(kFin | kRsv1 | kText, "not negotiated"), 1002);
  expect_failure(frame(kFin | 0x20U | kText, "rsv2"), 1002);
  expect_failure(frame(kFin | 0x10U | kPing, "rsv3"), 1002);
  for (const unsigned opcode : {3U, 7U, 11U, 15U}) {
    expect_failure(frame(kFin | opcode, ""), 1002);
  }
  expect_failure(std::string("\x81\xfe\x00\x05", 4) + kHello.substr(2), 1002);
  expect_failure(std::string("\x82\xff\0\0\0\0\0\0\xff\xff", 10) + "key.", 1002);
}

TEST(WebSocketSession, AMessageInsideAMessageIsAProtocolError) {
  expect_failure(frame(kText, "half") + text("whole"), 1002);
}

TEST(WebSocketSession, TextIsUtf8OverAllFragments) {
  const std::string word = "\xce\xba\xf0\x9f\x98\x80\xe2\x82\xac";
  for (std::size_t cut = 0; cut <= word.size(); ++cut) {
    SCOPED_TRACE(cut);
    const std::string bytes =
        frame(kText, word.substr(0, cut)) + frame(kFin | kCont, word.substr(cut));
    EXPECT_THAT(outcome_of(bytes, "").events, ElementsAre("text " + word));
  }
  EXPECT_THAT(in_any_pieces(text(word)).events, ElementsAre("text " + word));
}

TEST(WebSocketSession, TextThatIsNotUtf8Is1007) {
  for (const std::string_view bad : {"\xff", "a\x80", "\xc0\xaf", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f\x98"}) {
    SCOPED_TRACE(testing::PrintToString(bad));
    expect_failure(text(bad), 1007);
    expect_failure(frame(kText, bad) + frame(kFin | kCont, ""), 1007);
  }
  const std::string binary = frame(kFin | kBinary, "\xff");
  EXPECT_THAT(in_any_pieces(binary).events, ElementsAre("binary \xff"));
}

TEST(WebSocketSession, AMessageOverTheLimitIs1009) {
  WebSocketOptions options;
  options.message_limit = 10;
  const auto events_of = [&options](const std::string& bytes) {
    return in_any_pieces(bytes, options).events;
  };
  EXPECT_THAT(events_of(text("1234567890")), ElementsAre("text 1234567890"));
  EXPECT_THAT(events_of(text("12345678901")), ElementsAre("failed 1009"));
  EXPECT_THAT(events_of(frame(kText, "12345") + frame(kFin | kCont, "67890")),
              ElementsAre("text 1234567890"));
  const std::string over = frame(kText, "12345") + frame(kFin | kCont, "678901");
  EXPECT_THAT(events_of(over), ElementsAre("failed 1009"));
  EXPECT_EQ(close_said(1009), in_any_pieces(over, options).output);
}

TEST(WebSocketSession, AnAnnouncedLengthTakesNoMemoryAndIsRefusedAtOnce) {
  expect_failure(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffkey.", 14), 1009);
  expect_failure(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffkey.", 14), 1009);
}

TEST(WebSocketSession, NothingIsReadAfterAFailure) {
  const std::string bytes = frame(kFin | 3U, "") + text("late") + close_frame(1000);
  expect_failure(bytes, 1002);
}

}  // namespace
}  // namespace appserver::net
