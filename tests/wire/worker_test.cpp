// Workers come and go; the service stays.
#include <signal.h>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

TEST(Workers, ThereAreAsManyAsAskedFor) {
  for (const std::string count : {"1", "2", "3"}) {
    ServerProcess server({"-w", count, test_app("nonce")});
    server.wait_for_line(said::kWorkerReady, std::stoul(count));
    EXPECT_EQ(server.workers().size(), std::stoul(count));
  }
}

TEST(Workers, WorkerThatDiesIsReplaced) {
  ServerProcess server({"-w", "2", test_app("nonce")});
  server.wait_for_line(said::kWorkerReady, 2);
  const std::vector<pid_t> before = server.workers();
  ASSERT_EQ(before.size(), 2U);
  server.signal(before[0], SIGKILL);
  // Nobody notices: a sibling accepts in its place.
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  }
  server.wait_for_line(said::kWorkerReady, 3);
  EXPECT_TRUE(
      holds(server.text(ServerProcess::Stream::Err), std::to_string(before[0])));
  const std::vector<pid_t> after = server.workers();
  EXPECT_EQ(after.size(), 2U);
  EXPECT_TRUE(std::find(after.begin(), after.end(), before[0]) == after.end());
  EXPECT_TRUE(std::find(after.begin(), after.end(), before[1]) != after.end());
}

TEST(Workers, RequestsWaitForTheOnlyWorkerToComeBack) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  server.wait_for_line(said::kWorkerReady);
  const std::vector<pid_t> before = server.workers();
  ASSERT_EQ(before.size(), 1U);
  server.signal(before[0], SIGKILL);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  }
}

TEST(Workers, ConnectionsTakenForADeadSiblingOutliveItsReturn) {
  Gate gate;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("recorder")},
                                          {"/held", test_app("lifecycle"),
                                           "config: {gate: " + gate.path() + "}"}}));
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "-w", "2", "-c", file};
  ServerProcess server(launch);
  for (int i = 0; i < 3; ++i) gate.next().release();  // a trial, then two workers
  server.wait_until_listening();
  server.signal(server.workers().at(0), SIGKILL);
  Visit replacement = gate.next();  // it boots and does not come up yet
  std::vector<RawClient> clients;
  const std::string port = "server_port =" + std::to_string(server.port()) + "\n";
  for (int i = 0; i < 32; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET / HTTP/1.1"));
    ASSERT_TRUE(holds(clients.back().read_response().body, port));
  }
  replacement.release();
  server.wait_for_line(said::kWorkerReady, 3);
  for (RawClient& client : clients) {
    client.send(request("GET / HTTP/1.1"));
    ASSERT_TRUE(holds(client.read_response().body, port));
  }
  EXPECT_EQ(server.count_lines("SIGSEGV"), 0U);
}

TEST(Workers, CrashCostsOnlyWhatItsWorkerHad) {
  Gate gate;
  // Chance may give all connections to one worker: there are threads enough.
  ServerProcess server({"-w", "2", "--threads", "6", test_app("slow")});
  server.wait_for_line(said::kWorkerReady, 2);
  std::vector<RawClient> clients;
  std::vector<Visit> visits;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
    visits.push_back(gate.next());
  }
  server.signal(server.workers().at(0), SIGKILL);
  server.wait_for_line(said::kWorkerReady, 3);
  visits.clear();
  for (RawClient& client : clients) {
    const Response response = client.read_response();
    EXPECT_TRUE(response.body == "served" || response.status == 0);
  }
  EXPECT_EQ(get(server.port(), "/").body, "served");
}

TEST(Workers, TtinAddsOneAndTtouTakesOneAway) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  server.signal(SIGTTIN);
  server.wait_for_line(said::kWorkerReady, 2);
  EXPECT_EQ(server.workers().size(), 2U);
  server.signal(SIGTTOU);
  server.wait_for_line("there are 1 workers");
  server.wait_for_line(said::kDraining);
  ASSERT_TRUE(eventually([&] { return server.workers().size() == 1; }));
  for (int i = 0; i < 50; ++i)  // also from the socket of the one that has left
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  server.signal(SIGTTIN);
  server.wait_for_line(said::kWorkerReady, 3);
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(Workers, TheLastOneIsNotTakenAway) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  server.signal(SIGTTOU);
  server.signal(SIGTTIN);
  server.wait_for_line("there are 2 workers");
  EXPECT_EQ(server.count_lines("there are 0 workers"), 0U);
}

// Whoever waits in the backlog of a slot that is given up is served by those that stay.
TEST(Workers, ConnectionsOfASlotThatIsGivenUpAreServed) {
  ServerProcess server({"-w", "4", test_app("nonce")});
  server.wait_for_line(said::kWorkerReady, 4);
  for (const pid_t worker : server.workers()) server.signal(worker, SIGSTOP);
  std::vector<RawClient> clients;
  for (int i = 0; i < 64; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET /?" + std::to_string(i) + " HTTP/1.1"));
  }
  for (int i = 0; i < 3; ++i) {
    server.signal(SIGTTOU);
    server.wait_for_line("from now on there are", static_cast<std::size_t>(i) + 1);
  }
  for (const pid_t worker : server.workers()) server.signal(worker, SIGCONT);
  for (std::size_t i = 0; i < clients.size(); ++i)
    ASSERT_EQ(clients[i].read_response().body, std::to_string(i));
  clients.clear();  // for those who might ask on a worker would stay
  ASSERT_TRUE(eventually([&] { return server.workers().size() == 1; }));
}

TEST(Workers, AReloadChangesTheirNumber) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("nonce")}});
  const std::string file = folder.write("a.yaml", mounts + "workers: 1\n");
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "-c", file};
  ServerProcess server(launch);
  server.wait_until_listening();
  folder.write("a.yaml", mounts + "workers: 3\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  server.wait_for_line(said::kWorkerReady, 3);
  EXPECT_EQ(server.workers().size(), 3U);
  EXPECT_EQ(server.count_lines("need a restart"), 0U);
}

TEST(Workers, OneThatHasServedItsRequestsIsReplacedByAnother) {
  ServerProcess server({"-w", "1", "--max-requests", "10", test_app("nonce")});
  const std::vector<pid_t> before = server.workers();
  RawClient held(server.port());
  for (int i = 0; i < 20; ++i) {
    held.send(request("GET /?" + std::to_string(i) + " HTTP/1.1"));
    ASSERT_EQ(held.read_response().body, std::to_string(i));
  }
  server.wait_for_line("is recycled: requests");
  server.wait_for_line(said::kWorkerReady, 2);
  ASSERT_TRUE(eventually([&] { return server.workers() != before; }));
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
  EXPECT_EQ(server.count_lines(" ended: "), 0U);  // it was asked to
}

TEST(Workers, OneThatIsOldOrLargeIsReplaced) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--max-worker-lifetime", "100ms", "lifetime"},
        std::vector<std::string>{"--max-worker-rss", "1m", "rss"}}) {
    SCOPED_TRACE(shape.back());
    ServerProcess server({"-w", "2", shape[0], shape[1], test_app("nonce")});
    server.wait_for_line("is recycled: " + shape[2]);
    server.wait_for_line(said::kWorkerReady, 3);
    EXPECT_EQ(get(server.port(), "/?on").body, "on");
  }
}

TEST(Workers, EachIsToldThatThereAreOthers) {
  const ServerProcess many({"-w", "2", test_app("recorder")});
  EXPECT_TRUE(holds(get(many.port(), "/").body, "flags =2\n"));
  const ServerProcess one({"-w", "1", test_app("recorder")});
  EXPECT_TRUE(holds(get(one.port(), "/").body, "flags =0\n"));
}

}  // namespace
}  // namespace appserver::testing
