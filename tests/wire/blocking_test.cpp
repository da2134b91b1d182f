// Nobody waits for somebody else: slow clients, apps that block, full queues, serial
// apps.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

std::string slow_and_quick(const TempFolder& folder) {
  return folder.write("a.yaml", mounts_file({{"/slow", test_app("slow")},
                                             {"/quick", test_app("nonce")},
                                             {"/other", test_app("blocking_echo")}}));
}

TEST(Blocking, SlowReaderDoesNotHoldOthers) {
  for (const std::string kind : {"app", "blocking"}) {
    SCOPED_TRACE(kind);
    const auto server = serve("sources", kind);
    RawClient slow(server.port(), 4096);
    slow.send(request("GET /length/800/65536 HTTP/1.1"));
    slow.peek(1);
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(get(server.port(), "/pieces/3/2").body, "pppppp");
    }
    const Response late = slow.read_response();
    EXPECT_TRUE(late.complete);
    EXPECT_EQ(late.body.size(), 800U * 65536U);
  }
}

TEST(Blocking, SlowReaderHoldsNoThreadOfAnApp) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/sources", test_app("sources", "blocking")},
                                          {"/quick", test_app("nonce")}}));
  const ServerProcess server({"--single-process", "--threads", "1", "-c", file});
  RawClient slow(server.port(), 4096);
  slow.send(request("GET /sources/length/800/65536 HTTP/1.1"));
  slow.peek(1);
  EXPECT_EQ(get(server.port(), "/quick?here").body, "here");
}

TEST(Blocking, BlockingAppDoesNotDelayOthers) {
  Gate gate;
  const TempFolder folder;
  const ServerProcess server(
      {"--single-process", "--threads", "1", "-c", slow_and_quick(folder)});
  RawClient first(server.port());
  first.send(request("GET /slow/wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  RawClient queued(server.port());
  queued.send(request("GET /slow/ HTTP/1.1"));
  EXPECT_EQ(get(server.port(), "/quick?event").body, "event");
  EXPECT_EQ(post(server.port(), "/other", "blocking").body, "blocking");
  EXPECT_FALSE(queued.has_news());
  visit.release();
  EXPECT_EQ(first.read_response().body, "served");
  EXPECT_EQ(queued.read_response().body, "served");
}

TEST(Blocking, ThreadsServeAtTheSameTime) {
  Gate gate;
  const auto server = serve("slow", "app", {"--threads", "3"});
  std::vector<RawClient> clients;
  std::vector<Visit> visits;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  }
  for (int i = 0; i < 3; ++i) visits.push_back(gate.next());
  visits.clear();
  for (RawClient& client : clients) EXPECT_EQ(client.read_response().body, "served");
}

TEST(Blocking, FullQueueGets503WithRetryAfter) {
  Gate gate;
  const TempFolder folder;
  ServerProcess server({"--single-process", "--threads", "1", "--queue", "1", "-c",
                        slow_and_quick(folder)});
  const std::string wait = request("GET /slow/wait?" + gate.path() + " HTTP/1.1");
  RawClient running(server.port());
  running.send(wait);
  Visit first = gate.next();
  RawClient queued(server.port());
  queued.send(wait);
  round_trip(server, "/quick");
  RawClient refused(server.port());
  refused.send(wait);
  const Response response = refused.read_response();
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(matches(response.field("retry-after"), "[0-9]+"));
  EXPECT_EQ(response.body, "503 Service Unavailable\n");
  first.release();
  Visit second = gate.next();
  second.release();
  EXPECT_EQ(running.read_response().body, "served");
  EXPECT_EQ(queued.read_response().body, "served");
  // The refused connection goes on.
  refused.send(request("GET /slow/ HTTP/1.1"));
  EXPECT_EQ(refused.read_response().body, "served");
}

TEST(Blocking, CallWhoseTimeIsOverBeforeAThreadIsFreeIsNotMade) {
  Gate gate;
  const TempFolder folder;
  ServerProcess server({"--single-process", "--threads", "1", "--timeout", "500ms",
                        "-c", slow_and_quick(folder)});
  RawClient running(server.port());
  running.send(request("GET /slow/wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  RawClient queued(server.port());
  queued.send(request("GET /slow/late HTTP/1.1"));
  const Response response = queued.read_response();
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(matches(response.field("retry-after"), "[0-9]+"));
  EXPECT_EQ(running.read_response().status, 504);  // was called, and took too long
  visit.release();
  EXPECT_EQ(get(server.port(), "/slow/").body, "served");
  EXPECT_EQ(server.count_lines("/slow/late runs past its timeout"), 0U);
}

TEST(Blocking, SerialAppsNeverOverlap) {
  Gate gate;
  const auto server = serve("serial_probe", "app", {"--threads", "4"});
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  }
  for (int i = 0; i < 4; ++i) gate.next().release();
  for (RawClient& client : clients) EXPECT_EQ(client.read_response().body, "no");
  EXPECT_EQ(get(server.port(), "/max").body, "1");
}

TEST(Blocking, OtherAppsDoOverlap) {
  Gate gate;
  const auto server = serve("serial_probe", "parallel", {"--threads", "4"});
  RawClient one(server.port());
  RawClient two(server.port());
  one.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  two.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  {
    const Visit first = gate.next();
    const Visit second = gate.next();
  }
  EXPECT_EQ(one.read_response().body, "yes");
  EXPECT_EQ(two.read_response().body, "yes");
  EXPECT_EQ(get(server.port(), "/max").body, "2");
}

TEST(Blocking, SourceOfAnAnswerWithoutBodyComesToItsEnd) {
  for (const std::string kind : {"app", "blocking"}) {
    SCOPED_TRACE(kind);
    const auto server = serve("sources", kind);
    RawClient client(server.port());
    client.send(request("GET /unsent/3/5 HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 304);
    client.send(request("GET /closed HTTP/1.1"));  // the answer is over at once
    EXPECT_EQ(client.read_response().body, "opened 1, 1 x 0");
  }
}

// The client reads late, so that a part of the first answer is still the server's when
// the second request reaches its app; which then waits for the body, and the client for
// the rest of the answer.
TEST(Blocking, EarlierAnswerLeavesWhileTheAppWaitsForItsBody) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/big", test_app("big", "once")},
                                          {"/echo", test_app("blocking_echo")}}));
  const ServerProcess server({"--single-process", "-c", file});
  RawClient full(server.port(), 4096);
  full.send(request("GET /big/9000000 HTTP/1.1"));
  full.peek(1);
  const std::size_t room = std::stoul(get(server.port(), "/big/taken").body);
  RawClient client(server.port(), 4096);
  client.send(
      request("GET /big/" + std::to_string(room - 50'000) + " HTTP/1.1") +
      request("POST /echo/ HTTP/1.1", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  // Time for the app to come as far as it can.
  for (int i = 0; i < 20; ++i) round_trip(server, "/big/taken");
  const Response first = client.read_response();
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.body.size(), room - 50'000);
  EXPECT_EQ(client.read_response().status, 100);
  client.send("hello");
  EXPECT_EQ(client.read_response().body, "hello");
}

TEST(Blocking, EarlierAnswerLeavesWhileTheAppComputes) {
  Gate gate;
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/big", test_app("big", "once")}, {"/slow", test_app("slow")}}));
  const ServerProcess server({"--single-process", "-c", file});
  RawClient full(server.port(), 4096);
  full.send(request("GET /big/9000000 HTTP/1.1"));
  full.peek(1);
  const std::size_t room = std::stoul(get(server.port(), "/big/taken").body);
  RawClient client(server.port(), 4096);
  client.send(request("GET /big/" + std::to_string(room - 50'000) + " HTTP/1.1") +
              request("GET /slow/wait?" + gate.path() + " HTTP/1.1"));
  const Response first = client.read_response();
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.body.size(), room - 50'000);
  gate.next().release();
  EXPECT_EQ(client.read_response().body, "served");
}

TEST(Blocking, BlockingAppStreamsBothWays) {
  const auto server = serve("blocking_echo");
  RawClient client(server.port());
  client.send(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  std::string seen;
  // Each piece comes back before the next is sent.
  for (const std::string piece : {"alpha", "beta ", "gamma", "delta"}) {
    client.send("5\r\n" + piece + "\r\n");
    const Deadline deadline;
    while (client.leftover().find(piece) == std::string::npos && !deadline.is_over()) {
      client.peek(client.leftover().size() + 1);
    }
    ASSERT_TRUE(holds(client.leftover(), piece));
    seen += piece;
  }
  client.send("0\r\n\r\n");
  const Response response = client.read_response();
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body, seen);
}

TEST(Blocking, CallPastItsTimeIsReported) {
  Gate gate;
  auto server = serve("slow", "app", {"--timeout", "200ms"});
  RawClient client(server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  server.wait_for_line("/wait?" + gate.path());
  EXPECT_EQ(client.read_response().status, 504);
  visit.release();
  EXPECT_EQ(get(server.port(), "/").body, "served");
}

}  // namespace
}  // namespace appserver::testing
