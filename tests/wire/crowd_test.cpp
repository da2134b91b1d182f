// Too many: connections per worker and per address, requests of one connection at once,
// and no descriptor left. Whoever is refused is told so (RFC 6585 4, RFC 9110 15.6.4),
// and the others are served.
#include <csignal>
#include <fstream>
#include <memory>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

constexpr std::string_view kAccess = "HTTP/1.1\" 200 ";

/// A connection that was served and is kept.
std::unique_ptr<RawClient> served(const ServerProcess& server) {
  auto client = std::make_unique<RawClient>(server.port());
  client->send(request("GET /?in HTTP/1.1"));
  EXPECT_EQ(client->read_response().body, "in");
  return client;
}

void expect_told(RawClient& client, int status) {
  const Response response = client.read_response();
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_EQ(response.field("retry-after"), "1");
  EXPECT_TRUE(response.complete);
  EXPECT_TRUE(client.expect_closed());
}

/// Served, perhaps after being told a few times that there is no room yet.
bool gets_in(const ServerProcess& server) {
  return eventually([&] {
    RawClient client(server.port());
    client.send(request("GET /?in HTTP/1.1"));
    return client.read_response().status == 200;
  });
}

TEST(Crowd, OneMoreThanAnAddressMayHaveIsTold429) {
  auto server = serve("nonce", "app", {"--limit-connections-per-address", "2"});
  auto first = served(server);
  const auto second = served(server);
  RawClient third(server.port());  // is told before it asks
  expect_told(third, 429);
  server.wait_for_access_line("\"-\" 429 ");
  first->send(request("GET /?still HTTP/1.1"));
  EXPECT_EQ(first->read_response().body, "still");
  first->close();
  EXPECT_TRUE(gets_in(server));
}

TEST(Crowd, TheLastOneAllowedIsServed) {
  const auto server = serve("nonce", "app", {"--limit-connections-per-address", "3"});
  const auto first = served(server), second = served(server), third = served(server);
  RawClient fourth(server.port());
  expect_told(fourth, 429);
}

TEST(Crowd, WhoSendsAllTheSameReadsTheAnswer) {
  const auto server = serve("nonce", "app", {"--limit-connections-per-address", "1"});
  const auto first = served(server);
  RawClient second(server.port());
  second.send(request("POST / HTTP/1.1", "Content-Length: 1000000\r\n") +
              std::string(1'000'000, 'x'));
  expect_told(second, 429);
}

TEST(Crowd, BeyondTwiceAsManyNobodyIsTold) {
  const auto server = serve("nonce", "app", {"--limit-connections-per-address", "1"});
  const auto first = served(server);
  std::vector<std::unique_ptr<RawClient>> crowd;
  int told = 0;
  // Nobody of them leaves, so at most one at a time is told; the others are dropped.
  for (int i = 0; i < 20; ++i) {
    crowd.push_back(std::make_unique<RawClient>(server.port()));
    told += crowd.back()->read_until_close().starts_with("HTTP/1.1 429 ") ? 1 : 0;
  }
  EXPECT_GE(told, 1);
  EXPECT_LT(told, 20);
}

TEST(Crowd, NobodyCountsAddressesUnlessAsked) {
  const auto server = serve("nonce");
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 50; ++i) crowd.push_back(served(server));
}

TEST(Crowd, MoreThanTheConcurrencyAreTold503) {
  auto server = serve("nonce", "app", {"--limit-concurrency", "2"});
  auto first = served(server);
  const auto second = served(server);
  RawClient third(server.port());
  expect_told(third, 503);
  server.wait_for_access_line("\"-\" 503 ");
  first->close();
  EXPECT_TRUE(gets_in(server));
}

TEST(Crowd, MoreThanAWorkersConnectionsWait) {
  const auto server = serve("nonce", "app", {"--worker-connections", "2"});
  auto first = served(server);
  auto second = served(server);
  RawClient third(server.port());
  third.send(request("GET /?third HTTP/1.1"));
  second->send(request("GET /?busy HTTP/1.1"));
  EXPECT_EQ(second->read_response().body, "busy");
  EXPECT_FALSE(third.has_news());
  first->close();
  EXPECT_EQ(third.read_response().body, "third");
}

// ---- descriptors ----

/// A server that may have so few descriptors that it runs out.
std::unique_ptr<ServerProcess> with_few_descriptors(
    const std::string& limit = "ulimit -n 48", std::vector<std::string> more = {}) {
  Launch launch;
  launch.program = "/bin/sh";
  launch.arguments = {"-c",
                      limit + " && exec \"$0\" \"$@\"",
                      APPSERVER_BINARY,
                      "-b",
                      "127.0.0.1:0",
                      "--single-process",
                      test_app("nonce", "app")};
  launch.arguments.insert(launch.arguments.end(), more.begin(), more.end());
  auto server = std::make_unique<ServerProcess>(std::move(launch));
  server->wait_until_listening();
  return server;
}

/// Connections, all served and kept, until there is no descriptor for another.
std::vector<std::unique_ptr<RawClient>> take_all(const ServerProcess& server) {
  std::vector<std::unique_ptr<RawClient>> clients;
  while (clients.size() < 100) {
    auto client = std::make_unique<RawClient>(server.port());
    client->send(request("GET /?in HTTP/1.1"));
    if (client->read_response().status != 200) return clients;
    clients.push_back(std::move(client));
  }
  ADD_FAILURE() << "the descriptors do not run out";
  return clients;
}

/// CPU time of all threads of the process so far.
double cpu_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
  std::uint64_t ns = 0;
  file >> ns;  // of the main thread, which serves with --single-process
  return static_cast<double>(ns) * 1e-9;
}

TEST(Descriptors, SoftLimitIsRaisedAsFarAsConnectionsNeedIt) {
  const auto server =
      with_few_descriptors("ulimit -S -n 48", {"--worker-connections", "64"});
  std::vector<std::unique_ptr<RawClient>> all;
  for (int i = 0; i < 64; ++i) all.push_back(served(*server));
  EXPECT_EQ(server->count_lines("descriptors"), 0U);
}

TEST(Descriptors, HardLimitThatIsTooLowIsSaid) {
  const auto server = with_few_descriptors();
  server->wait_for_line(
      "worker_connections 10000 need 10128 descriptors, and the limit is 48");
}

TEST(Descriptors, WhoConnectsWhenTheyRanOutIsTold503) {
  auto server = with_few_descriptors();
  const auto all = take_all(*server);
  for (int i = 0; i < 5; ++i) {
    RawClient client(server->port());
    client.send(request("GET /?more HTTP/1.1"));
    expect_told(client, 503);
  }
  all.front()->send(request("GET /?still HTTP/1.1"));
  EXPECT_EQ(all.front()->read_response().body, "still");
  const std::string line = server->wait_for_access_line("\"-\" 503 ");
  EXPECT_TRUE(line.starts_with("127.0.0.1 ")) << line;
  server->wait_for_line("out of descriptors");  // said once, not for each of them
  EXPECT_EQ(server->count_lines("out of descriptors"), 1U);
}

TEST(Descriptors, OneThatIsFreeServesTheNext) {
  const auto server = with_few_descriptors();
  auto all = take_all(*server);
  for (int i = 0; i < 5; ++i) {
    all.front()->close();
    all.erase(all.begin());
    round_trip(*server, "/?seen");  // the server has seen it leave
    all.push_back(served(*server));
  }
}

TEST(Descriptors, WaitingForThemCostsNoCpu) {
  const auto server = with_few_descriptors();
  auto all = take_all(*server);
  // Nobody of these leaves, so the reserve is held for a while, and the others wait.
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<RawClient>(server->port()));
  }
  EXPECT_TRUE(waiting.front()->wait_for_news(Deadline{}));
  const double before = cpu_seconds(server->pid());
  EXPECT_FALSE(all.front()->wait_for_news(Deadline{std::chrono::milliseconds(2000)}));
  const double spent = cpu_seconds(server->pid()) - before;
  EXPECT_LT(spent, 0.04);  // 2 % of the time
  waiting.clear();
  EXPECT_TRUE(eventually([&] {  // all have been told or have left
    RawClient client(server->port());
    return client.read_response().status == 503;
  }));
}

// ---- pipelining ----

std::string pipelined(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += request("GET /?" + std::to_string(i) + " HTTP/1.1");
  }
  return text;
}

/// Has SIGSTOP reached it? (proc(5): the state follows the name in parentheses.)
bool is_stopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end, 3) == ") T";
}

/// How many lines of the greedy client stand in the log before the modest one's, when
/// both have asked before the server looks.
std::size_t served_before_the_modest(const std::string& depth) {
  auto server = serve("nonce", "app", {"--pipelining-depth", depth});
  const auto greedy = served(server), modest = served(server);
  round_trip(server, "/");  // the loop is done with both
  server.signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] { return is_stopped(server.pid()); }));
  greedy->send(pipelined(100));
  modest->send(request("GET /?modest HTTP/1.1"));
  server.signal(SIGCONT);
  EXPECT_EQ(modest->read_response().body, "modest");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(greedy->read_response().body, std::to_string(i));
  }
  server.wait_for_access_line(kAccess, 104);
  const std::string log = server.text(ServerProcess::Stream::Out);
  const std::string before = log.substr(0, log.find("modest"));
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = before.find(kAccess, at)) != std::string::npos; ++at) {
    ++lines;
  }
  return lines - 3;
}

TEST(Pipelining, OthersGetTheirTurnAfterItsDepth) {
  EXPECT_EQ(served_before_the_modest("10"), 10U);
}

TEST(Pipelining, WithinItsDepthAllIsAnsweredAtOnce) {
  EXPECT_EQ(served_before_the_modest("1000"), 100U);
}

TEST(Pipelining, MoreThanTheDepthIsAnsweredAfterAHalfClose) {
  const auto server = serve("nonce", "app", {"--pipelining-depth", "3"});
  RawClient client(server.port());
  client.send(pipelined(20));
  client.half_close();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.read_response().body, std::to_string(i));
  }
  EXPECT_TRUE(client.expect_closed());
}

TEST(Pipelining, WhoDoesNotReadGrowsNoMemory) {
  const auto server = serve("sources");
  EXPECT_EQ(get(server.port(), "/length/100/1000").status, 200);
  const long before = resident_kib(server.pid());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += request("GET /length/100/1000 HTTP/1.1");
  RawClient client(server.port(), 4096);
  // 100 MB of answers; the requests that are not read wait in the system.
  for (int i = 0; i < 5; ++i) {
    client.send(many);
    ASSERT_EQ(get(server.port(), "/pieces/3/1").body, "ppp");
  }
  EXPECT_LT(resident_kib(server.pid()) - before, 2048);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(client.read_response().body.size(), 100'000U);
  }
}

}  // namespace
}  // namespace appserver::testing
