// Request bodies on the wire: 100-continue, chunks, limits, bodies nobody reads. RFC
// 9112 6, 7.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TEST(Body, ContinueIsSentWhenTheAppReads) {
  Gate gate;
  const auto server = serve("blocking_echo");
  RawClient client(server.port());
  client.send(request("POST /then?" + gate.path() + " HTTP/1.1",
                      "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  Visit visit = gate.next();
  EXPECT_FALSE(client.has_news());  // the app runs and has not read
  visit.release();
  EXPECT_EQ(client.peek(kContinue.size()), kContinue);
  EXPECT_EQ(client.read_response().status, 100);
  client.send("hello");
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
}

TEST(Body, ContinueIsSentForEveryKindOfApp) {
  for (const auto& [app, callable] : {std::pair{"nonce", "app"},
                                      {"buffered_echo", "app"},
                                      {"buffered_echo", "blocking"},
                                      {"recorder", "blocking"}}) {
    SCOPED_TRACE(app);
    const auto server = serve(app, callable);
    RawClient client(server.port());
    client.send(request("POST /read HTTP/1.1",
                        "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    EXPECT_EQ(client.peek(kContinue.size()), kContinue);
    EXPECT_EQ(client.read_response().status, 100);
    client.send("hello");
    EXPECT_TRUE(holds(client.read_response().body, "hello"));
  }
}

TEST(Body, NoContinueWhenTheAppDoesNotRead) {
  for (const std::string callable : {"app", "blocking"}) {
    SCOPED_TRACE(callable);
    const auto server = serve("unread", callable);
    RawClient client(server.port());
    client.send(
        request("POST / HTTP/1.1", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "not needed");
  }
}

TEST(Body, NoContinueForHttp10) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  round_trip(server, "/");
  EXPECT_FALSE(client.has_news());
  client.send("hello");
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
}

TEST(Body, BodyOverTheLimitGets413ThatTheClientCanRead) {
  for (const std::string app : {"nonce", "blocking_echo", "buffered_echo", "unread"}) {
    SCOPED_TRACE(app);
    const auto server = serve(app, "app", {"--client-max-body-size", "1k"});
    RawClient client(server.port());
    // All of it is sent before anything is read: the answer must survive that.
    client.send(request("POST / HTTP/1.1", "Content-Length: 4000000\r\n") +
                std::string(4'000'000, 'x'));
    client.half_close();
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 413);
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.field("connection"), "close");
    EXPECT_EQ(post(server.port(), "/", std::string(1024, 'x')).status, 200);
    EXPECT_EQ(post(server.port(), "/", std::string(1025, 'x')).status, 413);
  }
}

TEST(Body, BodyOverTheLimitIsNotAskedFor) {
  const auto server = serve("nonce", "app", {"--client-max-body-size", "1k"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1",
                      "Content-Length: 4000000\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read_response().status, 413);
  EXPECT_TRUE(client.expect_closed());
}

TEST(Body, ChunkedBodyOverTheLimitGets413) {
  const std::string chunk = "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  for (const std::string app : {"nonce", "blocking_echo", "buffered_echo"}) {
    SCOPED_TRACE(app);
    const auto server = serve(app, "app", {"--client-max-body-size", "1500"});
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") + chunk +
                chunk + chunk);
    const Response response = client.read_response();
    // An app that sends back what comes may have begun its answer: then it is cut.
    if (app == "buffered_echo") {
      EXPECT_EQ(response.status, 413);
    }
    EXPECT_TRUE(response.status == 413 || !response.complete) << response.status;
    RawClient modest(server.port());
    modest.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") + chunk +
                "0\r\n\r\n");
    EXPECT_EQ(modest.read_response().body.size(), 1000U);
  }
}

TEST(Body, BadChunkSizeClosesTheConnection) {
  struct Case {
    const char* what;
    const char* bytes;
  };

  const auto server = serve("buffered_echo");
  for (const Case& c :
       {Case{"no hex", "xyz\r\nhello\r\n0\r\n\r\n"},
        Case{"empty", "\r\nhello\r\n0\r\n\r\n"},
        Case{"minus", "-5\r\nhello\r\n0\r\n\r\n"},
        Case{"plus", "+5\r\nhello\r\n0\r\n\r\n"},
        Case{"0x", "0x5\r\nhello\r\n0\r\n\r\n"},
        Case{"space in front", " 5\r\nhello\r\n0\r\n\r\n"},
        Case{"space behind", "5 \r\nhello\r\n0\r\n\r\n"},
        Case{"beyond 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
        Case{"bare LF", "5\nhello\r\n0\r\n\r\n"},
        Case{"bare LF after data", "5\r\nhello\n0\r\n\r\n"},
        Case{"data too long", "5\r\nhello!\r\n0\r\n\r\n"},
        Case{"bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
        Case{"a bare LF at the end", "5\r\nhello\r\n0\r\n\n"}}) {
    SCOPED_TRACE(c.what);
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") + c.bytes +
                request("GET /smuggled HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.field("connection"), "close");
    EXPECT_TRUE(client.expect_closed()) << client.leftover();
  }
}

TEST(Body, BadChunkAfterTheAnswerBeganIsNoGoodEnd) {
  const auto server = serve("blocking_echo");
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
              "5\r\nhello\r\n");
  client.peek(1);  // the head and the first piece are on their way
  client.send("zz\r\n" + request("GET /smuggled HTTP/1.1"));
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
}

TEST(Body, UnreadBodyDoesNotSpoilTheNextRequest) {
  for (const std::string callable : {"app", "blocking"}) {
    SCOPED_TRACE(callable);
    const auto server = serve("unread", callable);
    RawClient client(server.port());
    const std::string inside = request("GET /inside HTTP/1.1");
    client.send(request("POST / HTTP/1.1",
                        "Content-Length: " + std::to_string(inside.size()) + "\r\n") +
                inside + request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
                "5\r\nhello\r\n0\r\n\r\n" +
                request("GET / HTTP/1.1", "Connection: close\r\n"));
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(client.read_response().status, 200);
    }
    EXPECT_TRUE(client.expect_closed());
  }
}

TEST(Body, HugeUnreadBodyClosesTheConnection) {
  const auto server = serve("unread", "app", {"--client-max-body-size", "0"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Content-Length: 100000000000\r\n") + "some");
  EXPECT_EQ(client.read_response().body, "not needed");
  EXPECT_TRUE(client.expect_closed());
}

TEST(Body, LargeBodiesComeBackWhole) {
  std::string body;
  for (int i = 0; body.size() < 900'000; ++i) body += std::to_string(i) + ",";
  for (const std::string app : {"nonce", "blocking_echo"}) {
    SCOPED_TRACE(app);
    const auto server = serve(app);
    EXPECT_EQ(post(server.port(), "/", body).body, body);
  }
}

}  // namespace
}  // namespace appserver::testing
