// WebSockets on the wire: handshakes that are taken and refused, messages, closing, and
// what becomes of a WebSocket when client, app or server ends it.
#include <array>
#include <vector>

#include "support/expect.hpp"
#include "support/gate.hpp"
#include "support/ws_frame.hpp"

namespace appserver::testing {
namespace {

const std::string kAsks =
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

std::string handshake(std::string_view path, const std::string& more = "") {
  return request("GET " + std::string(path) + " HTTP/1.1", kAsks + more);
}

/// The next `n` bytes, used.
std::string take(RawClient& client, std::size_t n) {
  return client.take(n);
}

/// The head of the 101, without its Date's value.
std::string read_head(RawClient& client) {
  for (std::size_t n = 1;; ++n) {
    const std::string& here = client.peek(n);
    const std::size_t end = here.find("\r\n\r\n");
    if (end != std::string::npos) return take(client, end + 4);
    if (here.size() < n) return here;
    n = here.size();
  }
}

/// A client whose WebSocket is open.
RawClient open(const ServerProcess& server, std::string_view path = "/",
               const std::string& more = "", int receive_buffer = 0) {
  RawClient client(server.port(), receive_buffer);
  client.send(handshake(path, more));
  const std::string head = read_head(client);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
  return client;
}

::testing::AssertionResult gives(RawClient& client, const std::string& bytes) {
  const std::string got = take(client, bytes.size());
  if (got == bytes) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "got " << ::testing::PrintToString(got.substr(0, 200)) << " and not "
         << ::testing::PrintToString(bytes.substr(0, 200));
}

/// The closing handshake that the client begins.
void end(RawClient& client, unsigned code = 1000) {
  client.send(ws_frame(kEnd, ws_close(code)));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(code))));
  EXPECT_TRUE(client.expect_closed());
}

::testing::AssertionResult sees(const ServerProcess& server, std::string_view words) {
  std::string seen;
  eventually([&] {
    seen = get(server.port(), "/seen").body;
    return seen.find(words) != std::string::npos;
  });
  return holds(seen, words);
}

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + 1)) {
    ++n;
  }
  return n;
}

TEST(WebSocket, TheHandshakeIsThatOfTheRfc) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/"));
  const std::string head = read_head(client);
  EXPECT_TRUE(matches(
      head,
      "HTTP/1\\.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\\+xOo=\r\n"
      "Server: appserver\r\nDate: [A-Za-z0-9,: ]{29}\r\nx-app: echo\r\n\r\n"));
  end(client);
}

TEST(WebSocket, MessagesAreEchoed) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server);
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
  end(client);
  EXPECT_TRUE(sees(server, "closed1000 send-5"));
}

TEST(WebSocket, FragmentsBecomeOneMessageAndPingsMayComeBetween) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server);
  client.send(ws_frame(0x01, "one "));
  client.send(ws_frame(kPing, "are you there"));
  EXPECT_TRUE(gives(client, ws_answer(kPong, "are you there")));
  client.send(ws_frame(kMore, "two ") + ws_frame(0x80, "three"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "one two three")));
  end(client);
}

TEST(WebSocket, BytesThatComeWithTheHandshakeAreData) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  const std::string second = request("GET /seen HTTP/1.1");
  client.send(handshake("/") + ws_frame(kText, "early") + ws_frame(kText, second));
  read_head(client);
  EXPECT_TRUE(gives(client, ws_answer(kText, "early") + ws_answer(kText, second)));
  end(client);
}

TEST(WebSocket, ARequestBehindTheHandshakeIsNoRequest) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/") + request("GET /seen HTTP/1.1"));
  read_head(client);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1002))));  // 'G': reserved bits
  client.half_close();
  EXPECT_TRUE(client.expect_closed());
}

TEST(WebSocket, AnswersBeforeTheHandshakeLeaveFirst) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(request("GET /asked HTTP/1.1") + handshake("/greets"));
  EXPECT_EQ(client.read_response().body, "no");
  EXPECT_TRUE(read_head(client).starts_with("HTTP/1.1 101 "));
  EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  end(client);
}

TEST(WebSocket, ASubprotocolIsOneOfThoseOffered) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/protocol?b", "Sec-WebSocket-Protocol: a, b\r\n"));
  EXPECT_TRUE(holds(read_head(client), "\r\nSec-WebSocket-Protocol: b\r\n"));
  end(client);
  for (const std::string more : {"", "Sec-WebSocket-Protocol: a, B\r\n"}) {
    RawClient other(server.port());
    other.send(handshake("/protocol?b", more));
    EXPECT_EQ(other.read_response().status, 500U) << more;
  }
  EXPECT_TRUE(sees(server, "accept-2"));
  RawClient none(server.port());
  none.send(handshake("/", "Sec-WebSocket-Protocol: a, b\r\n"));
  EXPECT_FALSE(holds(read_head(none), "Sec-WebSocket-Protocol"));
}

TEST(WebSocket, AnAppRefusesWithAnOrdinaryAnswer) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/refused", "Origin: http://evil\r\n"));
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 403U);
  EXPECT_EQ(response.body, "not you, http://evil");
  client.send(handshake("/asked"));
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
  std::string fields = kAsks;
  const std::size_t at = fields.find(line);
  return fields.erase(at, fields.find("\r\n", at) + 2 - at);
}

TEST(WebSocket, AHandshakeThatIsWrongIsRefusedWhereItIsAccepted) {
  const std::string get_line = "GET / HTTP/1.1";
  const std::array<BadHandshake, 8> all{{
      {"not GET", "POST / HTTP/1.1", kAsks + "Content-Length: 0\r\n", 400},
      {"HTTP/1.0", "GET / HTTP/1.0", kAsks, 400},
      {"Connection", get_line, without("Connection: "), 400},
      {"no key", get_line, without("Sec-WebSocket-Key: "), 400},
      {"two keys", get_line, kAsks + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
       400},
      {"short key", get_line,
       without("Sec-WebSocket-Key: ") + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n", 400},
      {"no version", get_line, without("Sec-WebSocket-Version: "), 400},
      {"version 8", get_line,
       without("Sec-WebSocket-Version: ") + "Sec-WebSocket-Version: 8\r\n", 426},
  }};
  const auto server = serve("websocket_echo");
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

TEST(WebSocket, WhoDoesNotAskIsNotAccepted) {
  const auto server = serve("websocket_echo");
  EXPECT_EQ(get(server.port(), "/page").body, "a page");
  EXPECT_EQ(get(server.port(), "/").status, 501U);
  EXPECT_TRUE(sees(server, "accept-11"));
}

TEST(WebSocket, TheFieldsOfAnAppAreThoseThatAHeadMayHave) {
  const auto server = serve("websocket_echo");
  for (const std::string name : {"Connection", "upgrade", "Content-Length",
                                 "Sec-WebSocket-Protocol", "sec-websocket-x", "a:b"}) {
    RawClient client(server.port());
    client.send(handshake("/field?" + name));
    EXPECT_EQ(client.read_response().status, 500U) << name;
  }
  RawClient client(server.port());
  client.send(handshake("/field?x-mine"));
  EXPECT_TRUE(holds(read_head(client), "\r\nx-mine: v\r\n\r\n"));
  RawClient other(server.port());
  other.send(handshake("/server"));
  const std::string head = read_head(other);
  EXPECT_TRUE(holds(head, "Server: mine\r\n"));
  EXPECT_EQ(count(head, "Server: "), 1U);
}

TEST(WebSocket, AcceptingComesInPlaceOfStartResponse) {
  const auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/started"));
  EXPECT_EQ(client.read_response().status, 500U);
  EXPECT_TRUE(sees(server, "accept-3"));
  RawClient other = open(server, "/twice");
  end(other);
  EXPECT_TRUE(sees(server, "twice-3 start-3"));
}

TEST(WebSocket, AppThatFailsAfterItHasAcceptedIsAnsweredFor) {
  auto server = serve("websocket_echo");
  RawClient client(server.port());
  client.send(handshake("/call-fails"));
  EXPECT_EQ(client.read_response().status, 500U);
  EXPECT_TRUE(sees(server, "closed1006"));
  server.wait_for_access_line("/call-fails HTTP/1.1\" 500 ");
}

TEST(WebSocket, AnAppThatFailsIsClosedWith1011) {
  const auto server = serve("websocket_echo");
  for (const char* how : {"fail", "throw"}) {
    RawClient client = open(server);
    client.send(ws_frame(kText, how));
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1011))));
    client.send(ws_frame(kEnd, ws_close(1011)));
    EXPECT_TRUE(client.expect_closed());
  }
  EXPECT_TRUE(sees(server, "closed1011 send-5 closed1011"));
}

TEST(WebSocket, AnAppClosesWithACodeThatItMaySend) {
  const auto server = serve("websocket_echo");
  for (const unsigned code : {1000U, 1003U, 1011U, 3000U, 4999U}) {
    RawClient client = open(server);
    client.send(ws_frame(kText, "close " + std::to_string(code)));
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(code, "because")))) << code;
    client.send(ws_frame(kEnd, ws_close(code)));
    EXPECT_TRUE(client.expect_closed());
  }
  EXPECT_TRUE(sees(server, "then-5 closed1000"));
  RawClient client = open(server);
  for (const char* code :
       {"999", "1004", "1005", "1006", "1012", "1015", "2999", "5000"}) {
    client.send(ws_frame(kText, std::string("close ") + code));
    EXPECT_TRUE(gives(client, ws_answer(kText, "-2"))) << code;
  }
  end(client);
}

TEST(WebSocket, TheCodeOfTheClientIsTold) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server);
  client.send(ws_frame(kEnd, ws_close(4321, "bye")));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(4321))));
  EXPECT_TRUE(client.expect_closed());
  EXPECT_TRUE(sees(server, "closed4321bye send-5"));
  RawClient silent = open(server);
  silent.send(ws_frame(kEnd, ""));
  EXPECT_TRUE(gives(silent, ws_answer(kEnd, ws_close(1000))));
  EXPECT_TRUE(sees(server, "closed1005 send-5"));
}

TEST(WebSocket, WhatBreaksTheProtocolEndsIt) {
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
  auto server = serve("websocket_echo");
  for (const Broken& broken : all) {
    RawClient client = open(server);
    client.send(broken.bytes);
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(broken.code))));
    EXPECT_TRUE(client.expect_closed());
    EXPECT_TRUE(sees(server, "closed" + std::to_string(broken.code) + " send-5"));
  }
}

TEST(WebSocket, TheMessageLimitIsASetting) {
  const auto server =
      serve("websocket_echo", "app", {"--websocket-message-limit", "200"});
  RawClient client = open(server);
  const std::string most(200, 'm');
  client.send(ws_frame(kText, most));
  EXPECT_TRUE(gives(client, ws_answer(kText, most)));
  client.send(ws_frame(0x01, most) + ws_frame(0x80, "m"));
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1009))));
}

TEST(WebSocket, SendsThatCannotBeAreRefused) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server);
  client.send(ws_frame(kText, "bad-text"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "-2")));
  client.send(ws_frame(kText, "huge"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "-8")));
  end(client);
}

TEST(WebSocket, APauseHoldsMessagesBackUntilResume) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server);
  client.send(ws_frame(kText, "pause") + ws_frame(kText, "a") + ws_frame(kText, "b"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "resumed") + ws_answer(kText, "a") +
                                ws_answer(kText, "b")));
  end(client);
}

TEST(WebSocket, AClientThatDoesNotReadCostsTheBufferAndIsServedOn) {
  auto server = serve("websocket_echo");
  const long before = resident_kib(server.pid());
  constexpr std::size_t kMessages = 5'000;  // 50 MB
  RawClient client = open(server, "/flood?" + std::to_string(kMessages), "", 4096);
  EXPECT_TRUE(sees(server, "full"));
  EXPECT_LT(resident_kib(server.pid()) - before, 16 * 1024);
  const std::string one = ws_answer(kText, std::string(10'000, 'f'));
  for (std::size_t i = 0; i < kMessages; ++i) {
    ASSERT_EQ(take(client, one.size()), one) << i;
  }
  EXPECT_TRUE(sees(server, "flooded"));
  end(client);
}

TEST(WebSocket, AClientThatNeverReadsIsLost) {
  auto server = serve(
      "websocket_echo", "app",
      {"--websocket-ping-interval", "100ms", "--websocket-pong-timeout", "100ms"});
  RawClient client = open(server, "/flood?5000", "", 4096);
  EXPECT_TRUE(sees(server, "closed1006"));
  server.wait_for_access_line("\" 101 ");
}

TEST(WebSocket, AClientThatDoesNotAnswerPingsIsLost) {
  auto server = serve(
      "websocket_echo", "app",
      {"--websocket-ping-interval", "100ms", "--websocket-pong-timeout", "100ms"});
  RawClient client = open(server);
  EXPECT_TRUE(gives(client, ws_answer(kPing, "")));
  EXPECT_EQ(client.read_until_close(), "");
  EXPECT_TRUE(sees(server, "closed1006"));
  RawClient other = open(server);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(gives(other, ws_answer(kPing, "")));
    other.send(ws_frame(kPong, ""));
  }
  end(other);
}

TEST(WebSocket, PostsOfAThreadReachAllInTheirOrder) {
  const auto server = serve("websocket_echo");
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(open(server, "/room"));
  clients.front().send(ws_frame(kText, "all 100"));
  std::string wanted;
  for (int i = 1; i <= 100; ++i) wanted += ws_answer(kText, std::to_string(i));
  for (RawClient& client : clients) EXPECT_TRUE(gives(client, wanted));
}

TEST(WebSocket, ALatePostIsRefused) {
  Gate gate;
  const auto server = serve("websocket_echo");
  RawClient client = open(server, "/gate?" + gate.path());
  Visit visit = gate.next();
  end(client);
  EXPECT_TRUE(sees(server, "closed1000"));
  visit.release();
  EXPECT_TRUE(sees(server, "late-5"));
}

TEST(WebSocket, AResetIsToldOnceAs1006) {
  auto server = serve("websocket_echo");
  RawClient client = open(server, "/registers");
  client.reset();
  EXPECT_TRUE(sees(server, "closed1006 send-5 on_close-5"));
  RawClient half = open(server, "/quiet");
  half.half_close();
  EXPECT_TRUE(half.expect_closed());
  server.wait_for_access_line("/quiet HTTP/1.1\" 101 ");
  EXPECT_EQ(count(get(server.port(), "/seen").body, "closed"), 2U);
}

TEST(WebSocket, WhatTheExchangeRegisteredIsToldBehindClosed) {
  const auto server = serve("websocket_echo");
  RawClient client = open(server, "/registers");
  EXPECT_EQ(get(server.port(), "/seen").body, "");
  end(client);
  EXPECT_TRUE(sees(server, "closed1000 send-5 on_close0"));
}

TEST(WebSocket, TheAccessLineIsWrittenAtTheEnd) {
  auto server = serve("websocket_echo");
  RawClient client = open(server, "/", "User-Agent: me\r\nReferer: there\r\n");
  client.send(ws_frame(kText, "12345"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "12345")));
  round_trip(server, "/seen");
  server.wait_for_access_line("GET /seen");
  EXPECT_EQ(server.count_lines("\" 101 ", ServerProcess::Stream::Out), 0U);
  end(client);
  EXPECT_TRUE(holds(server.wait_for_access_line("\" 101 "),
                    "\"GET / HTTP/1.1\" 101 11 \"there\" \"me\""));
}

TEST(WebSocket, AStopClosesWith1001) {
  auto server = serve("websocket_echo");
  RawClient client = open(server);
  server.signal(SIGTERM);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1001))));
  client.send(ws_frame(kEnd, ws_close(1001)));
  EXPECT_TRUE(client.expect_closed());
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(WebSocket, AStopWaitsOnlySoLongForTheClient) {
  auto server = serve("websocket_echo", "app", {"--graceful-timeout", "300ms"});
  RawClient client = open(server);
  server.signal(SIGTERM);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1001))));
  server.wait_exit();
  EXPECT_EQ(client.read_until_close(), "");
}

TEST(WebSocket, AReplacedAppClosesWith1012) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", test_app("websocket_echo", "app"), "config: {a: 1}"},
                             {"/kept", test_app("websocket_echo", "app")}}));
  ServerProcess server({"--single-process", "-c", file});
  RawClient client = open(server);
  RawClient kept = open(server, "/kept/");
  folder.write("a.yaml",
               mounts_file({{"/", test_app("websocket_echo", "app"), "config: {a: 2}"},
                            {"/kept", test_app("websocket_echo", "app")}}));
  server.signal(SIGHUP);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1012))));
  client.send(ws_frame(kEnd, ws_close(1012)));
  EXPECT_TRUE(client.expect_closed());
  kept.send(ws_frame(kText, "still here"));
  EXPECT_TRUE(gives(kept, ws_answer(kText, "still here")));
}

TEST(WebSocket, ABlockingAppCannotAcceptYet) {
  const auto server = serve("websocket_echo", "blocking");
  RawClient client(server.port());
  client.send(handshake("/"));
  EXPECT_EQ(client.read_response().status, 501U);
  client.send(handshake("/asked"));
  EXPECT_EQ(client.read_response().body, "yes");
}

}  // namespace
}  // namespace appserver::testing
