// The plugin that ticks: server-sent events in literal bytes.
#include <string>
#include <vector>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

ServerProcess serve_ticker(const std::string& config,
                           std::vector<std::string> more = {"--single-process"}) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", APPSERVER_PLUGIN_FOLDER "/ticker.so:app",
                              "config: {" + config + "}"}}));
  more.insert(more.end(), {"-c", file});
  return ServerProcess(std::move(more));
}

RawClient subscribe(const ServerProcess& server, const std::string& fields = "") {
  RawClient client(server.port());
  client.send(request("GET /events HTTP/1.1", fields));
  return client;
}

/// Everything that has come, when `words` have come `count` times.
std::string hear(RawClient& client, std::string_view words, std::size_t count = 1) {
  while (times(client.leftover(), words) < count) {
    const std::size_t before = client.leftover().size();
    if (client.peek(before + 1).size() == before) break;  // the end
  }
  return client.leftover();
}

std::uint64_t id_behind(const std::string& heard, std::size_t from = 0) {
  const std::size_t at = heard.find("id: ", from);
  return at == std::string::npos ? 0 : std::stoull(heard.substr(at + 4));
}

TEST(Ticker, TicksAreEventsWithNumbersThatFollowOneAnother) {
  const auto server = serve_ticker("interval: 0.02");
  RawClient client = subscribe(server);
  const std::string heard = hear(client, "\ndata: {\"tick\":", 3);
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(holds(heard, "content-type: text/event-stream\r\n"));
  EXPECT_TRUE(holds(heard, "cache-control: no-store\r\n"));
  EXPECT_TRUE(holds(heard, "x-accel-buffering: no\r\n"));
  EXPECT_TRUE(holds(heard, "retry: 2000\n\n"));
  const std::uint64_t first = id_behind(heard);
  ASSERT_GT(first, 0U);
  for (std::uint64_t id = first; id < first + 3; ++id) {
    EXPECT_TRUE(holds(heard, "id: " + std::to_string(id) + "\ndata: {\"tick\":" +
                                 std::to_string(id) + ",\"time\":\"20"));
  }
}

TEST(Ticker, WhoComesBackHearsWhatItMissed) {
  const auto server = serve_ticker("interval: 0.02");
  std::uint64_t last = 0;
  {
    RawClient client = subscribe(server);
    last = id_behind(hear(client, "}\n\n"));
  }
  RawClient other = subscribe(server);
  hear(other, "}\n\n", 5);  // time passes
  RawClient client =
      subscribe(server, "Last-Event-ID: " + std::to_string(last) + "\r\n");
  const std::string heard = hear(client, "}\n\n", 4);
  EXPECT_EQ(id_behind(heard), last + 1);
  EXPECT_TRUE(holds(heard, "id: " + std::to_string(last + 4) + "\n"));
  EXPECT_EQ(times(heard, "event: missed"), 0U);
}

TEST(Ticker, WhatIsNoLongerKeptIsSaidToBeMissed) {
  const auto server = serve_ticker("interval: 0.02, history: 3");
  std::uint64_t last = 0;
  {
    RawClient first = subscribe(server);
    last = id_behind(hear(first, "}\n\n")) - 1000;
  }
  RawClient client =
      subscribe(server, "Last-Event-ID: " + std::to_string(last) + "\r\n");
  const std::string heard = hear(client, "}\n\n");
  const std::size_t at = heard.find("event: missed\ndata: ");
  ASSERT_NE(at, std::string::npos) << heard;
  EXPECT_EQ(std::stoull(heard.substr(at + 20)) + last + 1, id_behind(heard));
}

TEST(Ticker, WhatWasMissedIsCountedToAMillion) {
  const auto server = serve_ticker("interval: 0.02");
  RawClient client = subscribe(server, "Last-Event-ID: 7\r\n");
  EXPECT_TRUE(holds(hear(client, "}\n\n"), "event: missed\ndata: 1000000\n\n"));
}

TEST(Ticker, ANumberThatIsNoneBeginsWithNow) {
  const auto server = serve_ticker("interval: 3600");
  for (const char* number :
       {"", "x", "-1", "99999999999999999999", "9999999999", "18446744073709551615"}) {
    RawClient client =
        subscribe(server, std::string("Last-Event-ID: ") + number + "\r\n");
    EXPECT_EQ(times(hear(client, "}\n\n"), "id: "), 1U) << number;
  }
}

TEST(Ticker, SilenceIsBrokenByComments) {
  const auto server = serve_ticker("interval: 3600, heartbeat: 0.02");
  RawClient client = subscribe(server);
  const std::string heard = hear(client, "\n:\n\n", 3);
  EXPECT_EQ(times(heard, "id: "), 1U);
}

TEST(Ticker, TheTimerIsTakenOverWhenItsSubscriberLeaves) {
  const auto server = serve_ticker("interval: 0.02");
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(subscribe(server));
  for (RawClient& client : clients) hear(client, "}\n\n", 2);
  for (std::size_t i = 0; i < 3; ++i) clients[i].reset();
  const std::size_t before = times(clients.back().leftover(), "}\n\n");
  EXPECT_GE(times(hear(clients.back(), "}\n\n", before + 5), "}\n\n"), before + 5);
  clients.back().reset();
  RawClient late = subscribe(server);
  EXPECT_EQ(times(hear(late, "retry: "), "HTTP/1.1 200"), 1U);
  EXPECT_GE(times(hear(late, "}\n\n", 3), "}\n\n"), 3U);
}

TEST(Ticker, OneSubscriberTooManyIsRefused) {
  const auto server = serve_ticker("interval: 3600, subscribers: 2");
  RawClient first = subscribe(server);
  RawClient second = subscribe(server);
  hear(first, "}\n\n");
  hear(second, "}\n\n");
  RawClient third = subscribe(server);
  const Response refused = third.read_response();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.field("retry-after"), "10");
}

TEST(Ticker, ASubscriberThatDoesNotReadCostsTheHostsBufferOnly) {
  auto server = serve_ticker("interval: 0.001, history: 100, retry: 1");
  RawClient reader = subscribe(server);
  hear(reader, "}\n\n");
  const long before = resident_kib(server.pid());
  std::vector<RawClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.emplace_back(server.port(), 4096);
    slow.back().send(request("GET /events HTTP/1.1", "Last-Event-ID: 0\r\n"));
  }
  while (times(hear(reader, "}\n\n", 1), "}\n\n") < 1500)
    reader.peek(reader.leftover().size() + 1);
  EXPECT_LT(resident_kib(server.pid()) - before, 20 * 512);
}

TEST(Ticker, AStopEndsTheStreamCleanly) {
  auto server = serve_ticker("interval: 0.02");
  RawClient client = subscribe(server);
  hear(client, "}\n\n");
  server.signal(SIGTERM);
  EXPECT_TRUE(client.read_until_close().ends_with("\r\n0\r\n\r\n"));
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(Ticker, ThePageAndWhatElseMayBeAsked) {
  const auto server = serve_ticker("interval: 1");
  EXPECT_TRUE(holds(get(server.port(), "/").body, "new EventSource("));
  EXPECT_EQ(get(server.port(), "/other").status, 404U);
  EXPECT_EQ(post(server.port(), "/events", "x").status, 405U);
  RawClient client(server.port());
  client.send(request("HEAD /events HTTP/1.1"));
  const Response head = client.read_response(true);
  EXPECT_EQ(head.field("content-type"), "text/event-stream");
  client.send(request("GET / HTTP/1.1"));
  EXPECT_EQ(client.read_response().status, 200U);
}

TEST(Ticker, AWrongSettingRefusesTheStart) {
  const TempFolder folder;
  for (const char* wrong :
       {"interval: 0", "history: 0", "subscribers: x", "tempo: 1"}) {
    const std::string file = folder.write(
        "a.yaml", mounts_file({{"/", APPSERVER_PLUGIN_FOLDER "/ticker.so:app",
                                "config: {" + std::string(wrong) + "}"}}));
    const Outcome outcome = ServerProcess::run({"-t", "-c", file});
    EXPECT_NE(outcome.exit_code, 0) << wrong;
    EXPECT_TRUE(holds(outcome.err, "ticker: ")) << wrong;
  }
}

TEST(Ticker, AnIntervalThatNoTimerKeepsRefusesTheStart) {
  const TempFolder folder;
  const auto outcome_of = [&folder](const std::string& interval) {
    const std::string file = folder.write(
        "a.yaml", mounts_file({{"/", APPSERVER_PLUGIN_FOLDER "/ticker.so:app",
                                "config: {interval: " + interval + "}"}}));
    return ServerProcess::run({"-t", "-c", file});
  };
  for (const char* wrong : {"0.0009", "0.0001", "1e-9"}) {
    const Outcome outcome = outcome_of(wrong);
    EXPECT_NE(outcome.exit_code, 0) << wrong;
    EXPECT_TRUE(
        holds(outcome.err, "ticker: \"interval\" must be at least 0.001 seconds"));
  }
  EXPECT_EQ(outcome_of("0.001").exit_code, 0);
}

}  // namespace
}  // namespace appserver::testing
