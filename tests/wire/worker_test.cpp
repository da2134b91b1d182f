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

TEST(Workers, EachIsToldThatThereAreOthers) {
  const ServerProcess many({"-w", "2", test_app("recorder")});
  EXPECT_TRUE(holds(get(many.port(), "/").body, "flags =2\n"));
  const ServerProcess one({"-w", "1", test_app("recorder")});
  EXPECT_TRUE(holds(get(one.port(), "/").body, "flags =0\n"));
}

}  // namespace
}  // namespace appserver::testing
