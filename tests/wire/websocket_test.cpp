// WebSockets that are open: messages, closing, and what becomes of one when client, app
// or server ends it.
#include <array>
#include <vector>

#include "support/gate.hpp"
#include "support/ws_client.hpp"
#include "websocket_kinds.hpp"

namespace appserver::testing {
namespace {

TEST_P(WebSocket, MessagesAreEchoed) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  client.send(ws_frame(kText, "hello"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  client.send(ws_frame(kBinary, std::string("\0\xff\x80", 3)));
  EXPECT_TRUE(gives(client, ws_answer(kBinary, std::string("\0\xff\x80", 3))));
  client.send(ws_frame(kText, ""));
  EXPECT_TRUE(gives(client, ws_answer(kText, "")));
  for (const std::size_t size : {125U, 126U, 65535U, 65536U, 1'000'000U}) {
    const std::string big(size, 'b');
    client.send(ws_frame(kBinary, big));
    EXPECT_TRUE(gives(client, ws_answer(kBinary, big))) << size;
  }
  end_ws(client);
  EXPECT_TRUE(sees(server, "closed1000 send-5"));
}

TEST_P(WebSocket, FragmentsBecomeOneMessageAndPingsMayComeBetween) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  client.send(ws_frame(0x01, "one "));
  client.send(ws_frame(kPing, "are you there"));
  EXPECT_TRUE(gives(client, ws_answer(kPong, "are you there")));
  client.send(ws_frame(kMore, "two ") + ws_frame(0x80, "three"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "one two three")));
  end_ws(client);
}

TEST_P(WebSocket, AnAppThatFailsIsClosedWith1011) {
  const auto server = serve("websocket_echo", GetParam());
  for (const char* how : {"fail", "throw"}) {
    RawClient client = open_ws(server);
    client.send(ws_frame(kText, how));
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1011))));
    client.send(ws_frame(kEnd, ws_close(1011)));
    EXPECT_TRUE(client.expect_closed());
  }
  EXPECT_TRUE(sees(server, "closed1011 send-5 closed1011"));
}

TEST_P(WebSocket, AnAppClosesWithACodeThatItMaySend) {
  const auto server = serve("websocket_echo", GetParam());
  for (const unsigned code : {1000U, 1003U, 1011U, 3000U, 4999U}) {
    RawClient client = open_ws(server);
    client.send(ws_frame(kText, "close " + std::to_string(code)));
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(code, "because")))) << code;
    client.send(ws_frame(kEnd, ws_close(code)));
    EXPECT_TRUE(client.expect_closed());
  }
  EXPECT_TRUE(sees(server, "then-5 closed1000"));
  RawClient client = open_ws(server);
  for (const char* code :
       {"999", "1004", "1005", "1006", "1012", "1015", "2999", "5000"}) {
    client.send(ws_frame(kText, std::string("close ") + code));
    EXPECT_TRUE(gives(client, ws_answer(kText, "-2"))) << code;
  }
  end_ws(client);
}

TEST_P(WebSocket, TheCodeOfTheClientIsTold) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  client.send(ws_frame(kEnd, ws_close(4321, "bye")));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(4321))));
  EXPECT_TRUE(client.expect_closed());
  EXPECT_TRUE(sees(server, "closed4321bye send-5"));
  RawClient silent = open_ws(server);
  silent.send(ws_frame(kEnd, ""));
  EXPECT_TRUE(gives(silent, ws_answer(kEnd, ws_close(1000))));
  EXPECT_TRUE(sees(server, "closed1005 send-5"));
}

TEST_P(WebSocket, WhatBreaksTheProtocolEndsIt) {
  struct Broken {
    std::string bytes;
    unsigned code;
  };

  const std::array<Broken, 6> all{{
      {ws_answer(kText, "unmasked"), 1002},
      {ws_frame(0xc1, "reserved bit"), 1002},
      {ws_frame(0x83, "opcode"), 1002},
      {ws_frame(kMore, "no beginning"), 1002},
      {ws_frame(kText, "\xff\xfe"), 1007},
      {ws_frame(kBinary, std::string(1'048'577, 'x')), 1009},
  }};
  auto server = serve("websocket_echo", GetParam());
  for (const Broken& broken : all) {
    RawClient client = open_ws(server);
    client.send(broken.bytes);
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(broken.code))));
    EXPECT_TRUE(client.expect_closed());
    EXPECT_TRUE(sees(server, "closed" + std::to_string(broken.code) + " send-5"));
  }
}

TEST_P(WebSocket, TheMessageLimitIsASetting) {
  const auto server =
      serve("websocket_echo", GetParam(), {"--websocket-message-limit", "200"});
  RawClient client = open_ws(server);
  const std::string most(200, 'm');
  client.send(ws_frame(kText, most));
  EXPECT_TRUE(gives(client, ws_answer(kText, most)));
  client.send(ws_frame(0x01, most) + ws_frame(0x80, "m"));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1009))));
}

TEST_P(WebSocket, SendsThatCannotBeAreRefused) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  client.send(ws_frame(kText, "bad-text"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "-2")));
  client.send(ws_frame(kText, "huge"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "-8")));
  end_ws(client);
}

TEST_P(WebSocket, APauseHoldsMessagesBackUntilResume) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  client.send(ws_frame(kText, "pause") + ws_frame(kText, "a") + ws_frame(kText, "b"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "resumed") + ws_answer(kText, "a") +
                                ws_answer(kText, "b")));
  end_ws(client);
}

TEST_P(WebSocket, AClientThatDoesNotReadCostsTheBufferAndIsServedOn) {
  auto server = serve("websocket_echo", GetParam());
  const long before = resident_kib(server.pid());
  constexpr std::size_t kMessages = 5'000;  // 50 MB
  RawClient client = open_ws(server, "/flood?" + std::to_string(kMessages), "", 4096);
  EXPECT_TRUE(sees(server, "full"));
  EXPECT_LT(resident_kib(server.pid()) - before, 16 * 1024);
  const std::string one = ws_answer(kText, std::string(10'000, 'f'));
  for (std::size_t i = 0; i < kMessages; ++i) {
    ASSERT_EQ(client.take(one.size()), one) << i;
  }
  EXPECT_TRUE(sees(server, "flooded"));
  end_ws(client);
}

TEST_P(WebSocket, AClientThatNeverReadsIsLost) {
  auto server = serve(
      "websocket_echo", GetParam(),
      {"--websocket-ping-interval", "100ms", "--websocket-pong-timeout", "100ms"});
  RawClient client = open_ws(server, "/flood?5000", "", 4096);
  EXPECT_TRUE(sees(server, "closed1006"));
  server.wait_for_access_line("\" 101 ");
}

TEST_P(WebSocket, AClientThatDoesNotAnswerPingsIsLost) {
  auto server = serve(
      "websocket_echo", GetParam(),
      {"--websocket-ping-interval", "100ms", "--websocket-pong-timeout", "100ms"});
  RawClient client = open_ws(server);
  EXPECT_TRUE(gives(client, ws_answer(kPing, "")));
  EXPECT_EQ(client.read_until_close(), "");
  EXPECT_TRUE(sees(server, "closed1006"));
  RawClient other = open_ws(server);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(gives(other, ws_answer(kPing, "")));
    other.send(ws_frame(kPong, ""));
  }
  end_ws(other);
}

TEST_P(WebSocket, WhileItsAppHoldsItAClientIsPingedAndNeedNotAnswer) {
  auto server = serve(
      "websocket_echo", GetParam(),
      {"--websocket-ping-interval", "100ms", "--websocket-pong-timeout", "100ms"});
  RawClient client = open_ws(server);
  client.send(ws_frame(kText, "hold"));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(gives(client, ws_answer(kPing, "")));
  EXPECT_EQ(get(server.port(), "/seen").body, "");
  client.reset();
  EXPECT_TRUE(sees(server, "closed1006"));
}

TEST_P(WebSocket, PostsOfAThreadReachAllInTheirOrder) {
  const auto server = serve("websocket_echo", GetParam());
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(open_ws(server, "/room"));
  clients.front().send(ws_frame(kText, "all 100"));
  std::string wanted;
  for (int i = 1; i <= 100; ++i) wanted += ws_answer(kText, std::to_string(i));
  for (RawClient& client : clients) EXPECT_TRUE(gives(client, wanted));
}

TEST_P(WebSocket, ALatePostIsRefused) {
  Gate gate;
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server, "/gate?" + gate.path());
  Visit visit = gate.next();
  end_ws(client);
  EXPECT_TRUE(sees(server, "closed1000"));
  visit.release();
  EXPECT_TRUE(sees(server, "late-5"));
}

TEST_P(WebSocket, AResetIsToldOnceAs1006) {
  auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server, "/registers");
  client.reset();
  EXPECT_TRUE(sees(server, "closed1006 send-5 on_close-5"));
  RawClient half = open_ws(server, "/quiet");
  half.half_close();
  EXPECT_TRUE(half.expect_closed());
  server.wait_for_access_line("/quiet HTTP/1.1\" 101 ");
  EXPECT_EQ(times(get(server.port(), "/seen").body, "closed"), 2U);
}

TEST_P(WebSocket, WhatTheExchangeRegisteredIsToldBehindClosed) {
  const auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server, "/registers");
  EXPECT_EQ(get(server.port(), "/seen").body, "");
  end_ws(client);
  EXPECT_TRUE(sees(server, "closed1000 send-5 on_close0"));
}

TEST_P(WebSocket, TheAccessLineIsWrittenAtTheEnd) {
  auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server, "/", "User-Agent: me\r\nReferer: there\r\n");
  client.send(ws_frame(kText, "12345"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "12345")));
  round_trip(server, "/seen");
  server.wait_for_access_line("GET /seen");
  EXPECT_EQ(server.count_lines("\" 101 ", ServerProcess::Stream::Out), 0U);
  end_ws(client);
  EXPECT_TRUE(holds(server.wait_for_access_line("\" 101 "),
                    "\"GET / HTTP/1.1\" 101 11 \"there\" \"me\""));
}

TEST_P(WebSocket, AStopClosesWith1001) {
  auto server = serve("websocket_echo", GetParam());
  RawClient client = open_ws(server);
  server.signal(SIGTERM);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1001))));
  client.send(ws_frame(kEnd, ws_close(1001)));
  EXPECT_TRUE(client.expect_closed());
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST_P(WebSocket, AStopWaitsOnlySoLongForTheClient) {
  auto server = serve("websocket_echo", GetParam(), {"--graceful-timeout", "300ms"});
  RawClient client = open_ws(server);
  server.signal(SIGTERM);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1001))));
  server.wait_exit();
  EXPECT_EQ(client.read_until_close(), "");
}

TEST_P(WebSocket, AReplacedAppClosesWith1012) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/", test_app("websocket_echo", GetParam()), "config: {a: 1}"},
                   {"/kept", test_app("websocket_echo", GetParam())}}));
  ServerProcess server({"--single-process", "-c", file});
  RawClient client = open_ws(server);
  RawClient kept = open_ws(server, "/kept/");
  folder.write(
      "a.yaml",
      mounts_file({{"/", test_app("websocket_echo", GetParam()), "config: {a: 2}"},
                   {"/kept", test_app("websocket_echo", GetParam())}}));
  server.signal(SIGHUP);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1012))));
  client.send(ws_frame(kEnd, ws_close(1012)));
  EXPECT_TRUE(client.expect_closed());
  kept.send(ws_frame(kText, "still here"));
  EXPECT_TRUE(gives(kept, ws_answer(kText, "still here")));
}

INSTANTIATE_TEST_SUITE_P(Both, WebSocket, ::testing::Values("app", "blocking"),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace appserver::testing
