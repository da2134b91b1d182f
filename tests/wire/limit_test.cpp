// What a client may ask of the server at most, in bytes and in time. RFC 6585 5, RFC
// 9110 15.5.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

int status_of(const ServerProcess& server, const std::string& bytes) {
  RawClient client(server.port());
  client.send(bytes);
  const Response response = client.read_response();
  EXPECT_TRUE(response.complete);
  if (response.status != 200) {
    EXPECT_EQ(response.field("connection"), "close");
    EXPECT_TRUE(client.expect_closed());
  }
  return response.status;
}

std::string fields(std::size_t count, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += "X-" + std::to_string(i) + ": " + std::string(size, 'v') + "\r\n";
  }
  return text;
}

TEST(Limit, OversizedHeadGets431) {
  const auto server = serve("nonce");
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(10, 4000))), 431);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(1, 9000))), 431);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(7, 4000))), 200);
}

TEST(Limit, EndlessHeadGets431BeforeItEnds) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n" + fields(20, 4000));
  EXPECT_EQ(client.read_response().status, 431);
}

TEST(Limit, LongTargetGets414) {
  const auto server = serve("nonce");
  EXPECT_EQ(status_of(server, request("GET /" + std::string(9000, 'a') + " HTTP/1.1")),
            414);
  EXPECT_EQ(status_of(server, "GET /" + std::string(60'000, 'a')), 414);
  EXPECT_EQ(status_of(server, request("GET /" + std::string(8000, 'a') + " HTTP/1.1")),
            200);
}

TEST(Limit, TooManyFieldsGets431) {
  const auto server = serve("nonce");
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(101, 1))), 431);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(99, 1))), 200);
}

TEST(Limit, LimitsAreThoseOfTheFlags) {
  const auto server = serve("nonce", "app",
                            {"--limit-request-line", "100", "--limit-request-fields",
                             "3", "--limit-request-field-size", "80"});
  EXPECT_EQ(status_of(server, request("GET /" + std::string(100, 'a') + " HTTP/1.1")),
            414);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(3, 1))), 431);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(2, 1))), 200);
  EXPECT_EQ(status_of(server, request("GET / HTTP/1.1", fields(1, 100))), 431);
}

TEST(Limit, SlowHeadGets408) {
  const auto server = serve("nonce", "app", {"--client-header-timeout", "300ms"});
  RawClient client(server.port());
  client.send("GET / HT");
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_TRUE(client.expect_closed());
  EXPECT_EQ(get(server.port(), "/?alive").body, "alive");
}

TEST(Limit, SlowHeadAfterARequestWithFieldsGets408) {
  const auto server = serve("nonce", "app", {"--client-header-timeout", "300ms"});
  // The memory of this request, with its fields, is that of the slow one afterwards.
  EXPECT_EQ(status_of(server,
                      request("GET / HTTP/1.1", "Referer: x\r\nConnection: close\r\n")),
            200);
  RawClient client(server.port());
  client.send("GET /slow HT");
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_EQ(get(server.port(), "/?alive").body, "alive");
}

TEST(Limit, DrippingHeadGets408AllTheSame) {
  const auto server = serve("nonce", "app", {"--client-header-timeout", "300ms"});
  RawClient slow(server.port());
  slow.send("GET / HTTP/1.1\r\n");
  const Deadline deadline;
  // Bytes come all the time; the time for the head is for all of it.
  while (!slow.wait_for_news(Deadline{std::chrono::milliseconds(10)}) &&
         !deadline.is_over()) {
    slow.send("X");
  }
  EXPECT_EQ(slow.read_response().status, 408);
}

TEST(Limit, SteadyDripOfABufferedBodyIsNotCutByTheTimeBetweenReads) {
  const auto server = serve("buffered_echo", "app", {"--client-body-timeout", "300ms"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Content-Length: 8\r\n"));
  for (int i = 0; i < 8; ++i) {
    // 100 ms pass without news: less than the timeout, all together more.
    EXPECT_FALSE(client.wait_for_news(Deadline{std::chrono::milliseconds(100)}));
    client.send("x");
  }
  EXPECT_EQ(client.read_response().body, "xxxxxxxx");
}

TEST(Limit, SlowBodyGets408) {
  for (const std::string callable : {"app", "blocking"}) {
    SCOPED_TRACE(callable);
    const auto server =
        serve("buffered_echo", callable, {"--client-body-timeout", "300ms"});
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1", "Content-Length: 10\r\n") + "half");
    EXPECT_EQ(client.read_response().status, 408);
    EXPECT_TRUE(client.expect_closed());
  }
}

TEST(Limit, ConnectionThatSaysNothingIsClosedWithoutAWord) {
  const auto server = serve("nonce", "app", {"--client-header-timeout", "300ms"});
  RawClient client(server.port());
  EXPECT_TRUE(client.expect_closed());  // RFC 9110 15.5.9: nobody waits for a 408
  EXPECT_EQ(get(server.port(), "/?alive").body, "alive");
  EXPECT_EQ(server.count_lines("408", ServerProcess::Stream::Out), 0U);
}

TEST(Limit, IdleConnectionIsClosedWithoutAWord) {
  const auto server = serve("nonce", "app", {"--keep-alive", "300ms"});
  RawClient client(server.port());
  client.send(request("GET /?x HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "x");
  EXPECT_TRUE(client.expect_closed());
}

TEST(Limit, ClientThatLeavesWhileTheAppWorksIsNoticed) {
  for (const bool resets : {true, false}) {
    SCOPED_TRACE(resets ? "reset" : "close");
    Gate gate;
    auto server = serve("slow");
    RawClient client(server.port());
    client.send(request("GET /wait-after-start?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    if (resets) client.reset();  // else unread bytes make it one
    client.close();
    get(server.port(), "/");
    visit.release();
    server.wait_for_access_line("/wait-after-start?" + gate.path() +
                                " HTTP/1.1\" 499 ");
  }
}

TEST(Limit, RefusedUploadOfTenMebibytesReadsItsAnswer) {
  const auto server = serve("nonce");
  RawClient client(server.port());
  const std::size_t size = 10U << 20U;
  // In pieces and to the end, as a client sends that reads only when it has sent all.
  EXPECT_TRUE(client.send_in_pieces(
      request("POST / HTTP/1.1", "Content-Length: " + std::to_string(size) + "\r\n") +
          std::string(size, 'x'),
      65536));
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_TRUE(response.complete);
  EXPECT_TRUE(client.expect_closed());
}

TEST(Limit, ClientThatDoesNotReadIsCut) {
  const auto server = serve("sources", "app", {"--send-timeout", "300ms"});
  RawClient client(server.port(), 4096);
  client.send(request("GET /endless HTTP/1.1"));
  EXPECT_TRUE(eventually([&] {
    const std::string closed = get(server.port(), "/closed").body;
    return closed.find(" x -") != std::string::npos;
  }));
}

}  // namespace
}  // namespace appserver::testing
