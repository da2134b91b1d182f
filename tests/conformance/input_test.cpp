// The request body as an app reads it (rules B).
#include "recorded.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kReaders = {"app", "blocking", "buffered"};

TEST(Conformance, GwB1ReadsStopAtTheDeclaredLength) {
  for (const std::string& kind : kReaders) {
    SCOPED_TRACE(kind);
    const auto server = serve("recorder", kind);
    RawClient client(server.port());
    client.send(request("POST /read HTTP/1.1", "Content-Length: 5\r\n") + "hello" +
                request("POST /read/next HTTP/1.1", "Content-Length: 3\r\n") + "two");
    EXPECT_EQ(parse_record(client.read_response().body)["body"], "=hello");
    const Recorded next = parse_record(client.read_response().body);
    EXPECT_EQ(next["path_info"], "=/read/next");
    EXPECT_EQ(next["body"], "=two");
  }
}

TEST(Conformance, GwB2EndIsToldAgainAndAgain) {
  for (const std::string& kind : kReaders) {
    SCOPED_TRACE(kind);
    const auto server = serve("recorder", kind);
    EXPECT_EQ(record(server, request("POST /read HTTP/1.1", "Content-Length: 2\r\n") +
                                 "hi")["read_end"],
              "=0 0 0");
    EXPECT_EQ(record(server, request("GET /read HTTP/1.1"))["read_end"], "=0 0 0");
  }
}

TEST(Conformance, GwB3ChunkedInputIsDecoded) {
  for (const std::string& kind : kReaders) {
    SCOPED_TRACE(kind);
    const auto server = serve("recorder", kind);
    const Recorded recorded = record(
        server, request("POST /read HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
                    "3\r\nabc\r\n00a;x=\"y\"\r\n0123456789\r\n0\r\nX-T: v\r\n\r\n");
    EXPECT_EQ(recorded["content_length"], "=-1");
    EXPECT_EQ(recorded["body"], "=abc0123456789");
    EXPECT_EQ(recorded["read_end"], "=0 0 0");
    EXPECT_EQ(recorded.field("x-t"), "none");
  }
}

TEST(Conformance, GwB4CutBodyIsNotAnEnd) {
  // The client half-closes and still reads, so the app's report can come.
  for (const std::string kind : {"app", "blocking"}) {
    for (const std::string framing :
         {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
      SCOPED_TRACE(kind + " " + framing);
      auto server = serve("recorder", kind);
      RawClient client(server.port());
      client.send(request("POST /read HTTP/1.1", framing + "\r\n") +
                  (framing[0] == 'C' ? "hello" : "a\r\nhello"));
      client.half_close();
      const Response response = client.read_response();
      if (response.complete && response.status == 200) {
        EXPECT_EQ(parse_record(response.body)["read_end"], "=-5 -5 -5");  // GW_E_GONE
      }
      // Whatever the client gets, it is no report of a whole body.
      EXPECT_EQ(response.body.find("read_end =0"), std::string::npos);
      server.wait_for_access_line("/read");
    }
  }
}

TEST(Conformance, GwB4CutBodyNeverReachesABufferedApp) {
  auto server = serve("recorder", "buffered");
  RawClient client(server.port());
  client.send(request("POST /read HTTP/1.1", "Content-Length: 10\r\n") + "hello");
  client.half_close();
  EXPECT_NE(client.read_response().status, 200);
  server.wait_for_access_line("/read");
}

TEST(Conformance, GwB6UnreadBodyIsDrainedOrTheConnectionCloses) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("unread", kind, {"--client-max-body-size", "0"});
    RawClient small(server.port());
    small.send(request("POST / HTTP/1.1", "Content-Length: 1000\r\n") +
               std::string(1000, 'x') + request("GET / HTTP/1.1"));
    EXPECT_EQ(small.read_response().body, "not needed");
    EXPECT_EQ(small.read_response().body, "not needed");
    RawClient huge(server.port());
    huge.send(request("POST / HTTP/1.1", "Content-Length: 1000000000\r\n"));
    EXPECT_EQ(huge.read_response().body, "not needed");
    EXPECT_TRUE(huge.expect_closed());
  }
}

TEST(Conformance, GwB7ContinueIsSentAtTheFirstRead) {
  for (const std::string& kind : kReaders) {
    SCOPED_TRACE(kind);
    const auto server = serve("recorder", kind);
    RawClient client(server.port());
    client.send(request("POST /read HTTP/1.1",
                        "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    EXPECT_EQ(client.read_response().head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    EXPECT_EQ(parse_record(client.read_response().body)["body"], "=hello");
  }
}

TEST(Conformance, GwB7NoContinueAfterTheFinalHead) {
  const auto server = serve("unread");
  RawClient client(server.port());
  client.send(
      request("POST / HTTP/1.1", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(Conformance, GwB8BodyIsTakenOnlyAsFastAsTheAppReads) {
  // The echo's answer is not read, so it stops reading; then the client cannot send
  // without bound either.
  const auto server = serve("blocking_echo", "app", {"--client-max-body-size", "0"});
  RawClient client(server.port(), 4096);
  client.send(request("POST / HTTP/1.1", "Content-Length: 1000000000\r\n"));
  EXPECT_FALSE(client.fill(200'000'000));
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1")), 200);
}

}  // namespace
}  // namespace appserver::testing
