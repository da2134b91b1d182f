// Clients that drip: no pause is long, and yet nothing gets done. What they may cost is
// bounded in all (client_body_min_rate, send_min_rate, min_rate_grace). RFC 9110
// 15.5.9.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

constexpr int kMostDrops = 400;  // twenty seconds: whoever lasts so long is not cut

/// The pauses of the one that drips are what is tested.
void pause() {
  wait_for(-1, 0, Deadline{std::chrono::milliseconds(50)});
}

struct Reader {
  const char* app;
  const char* callable;
};

/// Every way in which a body is waited for: by a source, by a thread, before the call.
constexpr Reader kReaders[] = {{"nonce", "app"},
                               {"blocking_echo", "app"},
                               {"buffered_echo", "app"},
                               {"buffered_echo", "blocking"}};

bool has_access_line(const ServerProcess& server) {
  return server.count_lines("HTTP/1.1\" ", ServerProcess::Stream::Out) > 0;
}

/// Drips a body until the request is over, which is the number of drops it took.
int drops_until_over(const ServerProcess& server, RawClient& client) {
  client.send(request("POST / HTTP/1.1", "Content-Length: 100000\r\n"));
  int drops = 0;
  for (; drops < kMostDrops && !has_access_line(server); ++drops) {
    client.send("x");
    pause();
  }
  return drops;
}

TEST(MinRate, DrippingBodyIsCutThoughNoPauseIsLong) {
  for (const auto& [app, callable] : kReaders) {
    SCOPED_TRACE(std::string(app) + ":" + callable);
    const auto server = serve(
        app, callable, {"--client-body-min-rate", "1k", "--min-rate-grace", "300ms"});
    RawClient client(server.port());
    EXPECT_LT(drops_until_over(server, client), kMostDrops);
    const Response response = client.read_response();
    // An answer that has begun can only be cut.
    EXPECT_TRUE(response.status == 408 ? response.field("connection") == "close"
                                       : !response.complete);
    EXPECT_EQ(get(server.port(), "/?alive").status, 200);
  }
}

TEST(MinRate, BodyThatKeepsThePaceIsServed) {
  for (const auto& [app, callable] : kReaders) {
    SCOPED_TRACE(std::string(app) + ":" + callable);
    // The same drops, 20 a second, where 10 are asked for; far longer than the grace.
    const auto server = serve(
        app, callable, {"--client-body-min-rate", "10", "--min-rate-grace", "300ms"});
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1", "Content-Length: 20\r\n"));
    for (int i = 0; i < 20; ++i) {
      pause();
      client.send("x");
    }
    EXPECT_EQ(client.read_response().body, std::string(20, 'x'));
  }
}

TEST(MinRate, ZeroAsksForNoRate) {
  const auto server =
      serve("buffered_echo", "app",
            {"--client-body-min-rate", "0", "--min-rate-grace", "100ms"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Content-Length: 8\r\n"));
  for (int i = 0; i < 8; ++i) {
    pause();
    client.send("x");
  }
  EXPECT_EQ(client.read_response().body, "xxxxxxxx");
}

TEST(MinRate, DrippingChunksAreCut) {
  const auto server =
      serve("buffered_echo", "app",
            {"--client-body-min-rate", "1k", "--min-rate-grace", "300ms"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  int drops = 0;
  for (; drops < kMostDrops && !client.has_news(); ++drops) {
    client.send("1\r\nx\r\n");
    pause();
  }
  EXPECT_LT(drops, kMostDrops);
  EXPECT_EQ(client.read_response().status, 408);
}

TEST(MinRate, DrippingBodyThatNobodyWantsIsCutToo) {
  for (const std::string callable : {"app", "blocking"}) {
    SCOPED_TRACE(callable);
    const auto server =
        serve("unread", callable,
              {"--client-body-min-rate", "1k", "--min-rate-grace", "300ms"});
    RawClient client(server.port());
    client.send(request("POST / HTTP/1.1", "Content-Length: 100000\r\n"));
    EXPECT_EQ(client.read_response().status, 200);
    int drops = 0;
    for (; drops < kMostDrops && !client.has_news(); ++drops) {
      client.send("x");
      pause();
    }
    EXPECT_LT(drops, kMostDrops);
    EXPECT_EQ(client.read_until_close(), "");
  }
}

TEST(MinRate, QuickBodyThatNobodyWantsKeepsTheConnection) {
  const auto server = serve(
      "unread", "app", {"--client-body-min-rate", "1k", "--min-rate-grace", "300ms"});
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Content-Length: 100000\r\n"));
  EXPECT_EQ(client.read_response().status, 200);
  client.send(std::string(100'000, 'x') + request("GET / HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "not needed");
}

TEST(MinRate, TheTimeOfTheAppIsNotTheClients) {
  Gate gate;
  const auto server =
      serve("blocking_echo", "app",
            {"--client-body-min-rate", "1k", "--min-rate-grace", "500ms"});
  RawClient client(server.port());
  client.send(
      request("POST /then?" + gate.path() + " HTTP/1.1", "Content-Length: 10\r\n"));
  Visit visit = gate.next();
  for (int i = 0; i < 20; ++i) pause();  // a second in which nobody waits for us
  visit.release();
  client.send("0123456789");
  EXPECT_EQ(client.read_response().body, "0123456789");
}

TEST(MinRate, ReaderThatDripsIsCut) {
  for (const std::string callable : {"app", "blocking"}) {
    SCOPED_TRACE(callable);
    auto server = serve("sources", callable,
                        {"--send-min-rate", "1g", "--min-rate-grace", "300ms"});
    RawClient client(server.port(), 4096);
    client.send(request("GET /endless HTTP/1.1"));
    std::size_t taken = 0;
    for (int i = 0; i < kMostDrops && !has_access_line(server); ++i) {
      taken = client.peek(taken + 1).size();  // no pause is long
      pause();
    }
    server.wait_for_access_line("\"GET /endless HTTP/1.1\" 499 ");
    client.read_until_close();
    EXPECT_TRUE(client.was_reset());  // else the system keeps what it did not take
  }
}

TEST(MinRate, SlowReaderThatKeepsThePaceIsServed) {
  const auto server =
      serve("sources", "app", {"--send-min-rate", "1k", "--min-rate-grace", "300ms"});
  RawClient client(server.port(), 4096);
  client.send(request("GET /length/100/65536 HTTP/1.1"));
  for (std::size_t taken = 0, i = 0; i < 20; ++i) {
    taken = client.peek(taken + 1).size();
    pause();
  }
  const Response response = client.read_response();
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body.size(), 100U * 65536U);
}

}  // namespace
}  // namespace appserver::testing
