// How long a connection lives, and that each answer on it stands for itself. RFC
// 9112 9.
#include "support/expect.hpp"

namespace appserver::testing {
namespace {

TEST(KeepAlive, HeadHasNoBody) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send(request("HEAD /?unseen HTTP/1.1"));
  const Response head = client.read_response(true);
  EXPECT_EQ(head.status, 200);
  // The next answer follows at once: no byte of a body lies between.
  client.send(request("GET /?seen HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "seen");
}

TEST(KeepAlive, TheAnswerIsTheseBytes) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send("GET /?abc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string bytes = client.read_until_close();
  EXPECT_TRUE(std::regex_match(
      bytes, std::regex("HTTP/1\\.1 200 OK\r\n"
                        "content-type: text/plain\r\n"
                        "x-build: none\r\n"
                        "Server: appserver\r\n"
                        "Date: [A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} "
                        "\\d{2}:\\d{2}:\\d{2} GMT\r\n"
                        "Content-Length: 3\r\n"
                        "Connection: close\r\n"
                        "\r\nabc")))
      << bytes;
}

TEST(KeepAlive, ServesTheNextRequest) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  for (const std::string nonce : {"first", "second", "third"}) {
    client.send(request("GET /?" + nonce + " HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, nonce);
    EXPECT_FALSE(response.has("connection"));
    EXPECT_TRUE(client.leftover().empty());
  }
}

TEST(KeepAlive, CloseIsHonoured) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send(request("GET /?x HTTP/1.1", "Connection: close\r\n") +
              request("GET /?never HTTP/1.1"));
  const Response response = client.read_response();
  EXPECT_EQ(response.body, "x");
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_TRUE(client.expect_closed());
}

TEST(KeepAlive, CloseInASecondConnectionFieldIsSeen) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send(
      request("GET /?x HTTP/1.1", "Connection: x-a\r\nConnection: x-b, Close\r\n"));
  EXPECT_EQ(client.read_response().field("connection"), "close");
  EXPECT_TRUE(client.expect_closed());
}

TEST(KeepAlive, Http10ClosesUnlessAsked) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send("GET /?old HTTP/1.0\r\n\r\n");
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.version, "HTTP/1.1");
  EXPECT_EQ(response.body, "old");
  EXPECT_TRUE(client.expect_closed());
}

TEST(KeepAlive, Http10KeepAlive) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  for (const std::string nonce : {"one", "two"}) {
    client.send("GET /?" + nonce + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const Response response = client.read_response();
    EXPECT_EQ(response.body, nonce);
    EXPECT_TRUE(same_ignoring_case(response.field("connection"), "keep-alive"));
  }
}

TEST(KeepAlive, Http10StreamedAnswerEndsByClose) {
  const auto server = serve("sources");
  RawClient client(server.port());
  client.send("GET /pieces/3000/50 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Response response = client.read_response();
  EXPECT_FALSE(response.has("transfer-encoding"));
  EXPECT_TRUE(response.ended_by_close);
  EXPECT_FALSE(same_ignoring_case(response.field("connection"), "keep-alive"));
  EXPECT_EQ(response.body.size(), 150'000U);
}

TEST(KeepAlive, PipelinedRequestsAnswerInOrder) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    bytes += request("GET /?" + std::to_string(i) + " HTTP/1.1");
    bytes += request("POST / HTTP/1.1", "Content-Length: 2\r\n") + "b" +
             std::to_string(i % 10);
  }
  client.send(bytes);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(client.read_response().body, std::to_string(i));
    ASSERT_EQ(client.read_response().body, "b" + std::to_string(i % 10));
  }
  EXPECT_TRUE(client.leftover().empty());
}

// The last of them come in while those that came before wait for their turn.
TEST(KeepAlive, RequestsThatComeWhileOthersWaitForTheirTurnAreServed) {
  const auto server = serve("nonce", "app", {"--pipelining-depth", "60"});
  const std::string large = "X-Large: " + std::string(1400, 'x') + "\r\n";
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += request("GET /?x HTTP/1.1", large);
  const std::string last = request("GET /?last HTTP/1.1", "Connection: close\r\n");
  for (int round = 0; round < 10; ++round) {
    RawClient client(server.port());
    client.send(bytes);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.read_response().body, "x");
    RawClient other(server.port());
    other.send(bytes + last + "and more");
    for (int i = 0; i < 100; ++i) ASSERT_EQ(other.read_response().body, "x");
    ASSERT_EQ(other.read_response().body, "last");
    client.send(last);  // the first is still served
    ASSERT_EQ(client.read_response().body, "last");
  }
}

TEST(KeepAlive, PipelinedRequestsToABlockingAppAnswerInOrder) {
  const auto server = serve("blocking_echo");
  RawClient client(server.port());
  std::string bytes;
  for (int i = 100; i < 140; ++i) {
    bytes += request("POST / HTTP/1.1", "Content-Length: 3\r\n") + std::to_string(i);
  }
  client.send(bytes);
  for (int i = 100; i < 140; ++i) {
    ASSERT_EQ(client.read_response().body, std::to_string(i));
  }
}

TEST(KeepAlive, ManyBodiesStreamThroughABlockingApp) {
  // The app's thread and the socket's events meet at every point of time there is.
  const auto server = serve("blocking_echo", "app", {"--client-max-body-size", "8m"});
  const std::string body(300'000, 'b');
  for (int i = 0; i < 40; ++i) {
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1",
                        "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    for (std::size_t at = 0; at < body.size(); at += 50'000) {
      client.send(std::string_view(body).substr(at, 50'000));
    }
    ASSERT_TRUE(client.read_response().body == body) << i;
  }
  EXPECT_EQ(get(server.port(), "/").status, 200);
}

TEST(KeepAlive, RequestCutAtEveryByteIsServed) {
  const auto server = serve("nonce");
  const std::string bytes =
      request("POST /?q HTTP/1.1", "Content-Length: 5\r\nX-A: b\r\n") + "hello";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    RawClient client(server.port());
    client.send(std::string_view(bytes).substr(0, cut));
    round_trip(server, "/");  // so the server has seen the first part alone
    client.send(std::string_view(bytes).substr(cut));
    const Response response = client.read_response();
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body, "hello");
  }
}

TEST(KeepAlive, ChunkedRequestCutAtEveryByteIsServed) {
  const auto server = serve("nonce");
  const std::string bytes =
      request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
      "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: v\r\n\r\n";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    SCOPED_TRACE(cut);
    RawClient client(server.port());
    client.send(std::string_view(bytes).substr(0, cut));
    round_trip(server, "/");
    client.send(std::string_view(bytes).substr(cut));
    ASSERT_EQ(client.read_response().body, "hello");
    client.send(request("GET /?next HTTP/1.1"));
    ASSERT_EQ(client.read_response().body, "next");
  }
}

TEST(KeepAlive, RequestOfSingleBytesIsServed) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send_in_pieces(request("GET /?bytes HTTP/1.1", "X-A: b\r\n"), 1);
  EXPECT_EQ(client.read_response().body, "bytes");
}

TEST(KeepAlive, DateAndServerAreSent) {
  const auto server = serve("nonce");
  for (const std::string target : {"/?x", "/"}) {
    const Response response = get(server.port(), target);
    EXPECT_EQ(response.field("server"), "appserver");
    EXPECT_EQ(response.count("server"), 1U);
    EXPECT_EQ(response.count("date"), 1U);
    EXPECT_TRUE(
        matches(response.field("date"),
                "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|"
                "Aug|Sep|Oct|Nov|Dec) \\d{4} \\d{2}:\\d{2}:\\d{2} GMT"));
  }
}

TEST(KeepAlive, IdleConnectionIsClosedAfterItsTime) {
  const auto server = serve("nonce", "app", {"--keep-alive", "200ms"});
  RawClient client(server.port());
  client.send(request("GET /?x HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "x");
  EXPECT_TRUE(client.expect_closed());
}

TEST(KeepAlive, LastOfTheAllowedRequestsCloses) {
  const auto server = serve("nonce", "app", {"--keepalive-requests", "2"});
  RawClient client(server.port());
  client.send(request("GET /?1 HTTP/1.1") + request("GET /?2 HTTP/1.1"));
  EXPECT_FALSE(client.read_response().has("connection"));
  EXPECT_EQ(client.read_response().field("connection"), "close");
  EXPECT_TRUE(client.expect_closed());
}

/// A request whose body is echoed byte by byte: round trips through the I/O thread that
/// take no memory which another connection has used.
class Echo {
 public:
  explicit Echo(const ServerProcess& server) : client_(server.port()) {
    client_.send(request("POST / HTTP/1.1", "Content-Length: 1000\r\n"));
  }

  void round_trip() {
    const std::size_t before = client_.leftover().size();
    client_.send("x");
    client_.peek(before + 1);
  }

 private:
  RawClient client_;
};

TEST(KeepAlive, HeadsInPiecesOnTwoConnectionsDoNotMix) {
  const auto server = serve("blocking_echo");
  Echo echo(server);
  echo.round_trip();
  echo.round_trip();
  const std::string short_one = request("GET /short HTTP/1.1", "X-A: 1\r\n");
  const std::string long_one = request(
      "POST /the-long-one HTTP/1.1", "X-Padding: 0123456789\r\nContent-Length: 0\r\n");
  RawClient a(server.port());
  RawClient b(server.port());
  // The memory that one gives back while it waits may be the other's next.
  for (std::size_t cut = 1; cut < short_one.size(); cut += 7) {
    a.send(short_one.substr(0, cut));
    echo.round_trip();
    b.send(long_one.substr(0, long_one.size() - 3));
    echo.round_trip();
    a.send(short_one.substr(cut));
    ASSERT_EQ(a.read_response().status, 200) << cut;
    b.send(long_one.substr(long_one.size() - 3));
    ASSERT_EQ(b.read_response().status, 200) << cut;
  }
}

TEST(KeepAlive, HalfClosedClientGetsItsAnswer) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Content-Length: 5\r\n") + "hello");
  client.half_close();
  EXPECT_EQ(client.read_response().body, "hello");
  EXPECT_TRUE(client.expect_closed());
}

}  // namespace
}  // namespace appserver::testing
