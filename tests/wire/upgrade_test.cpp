// USR2: the program on the disk takes over from the one that runs, on the same sockets.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

/// The process that says that it listens, for the count'th time.
pid_t listener(ServerProcess& server, std::size_t count) {
  const std::string line = server.wait_for_line(said::kListening, count);
  return static_cast<pid_t>(std::stol(line.substr(line.find("(pid ") + 5)));
}

/// To a server after the first: it stays in the first one's process group.
void signal(const ServerProcess& server, pid_t pid, int number) {
  ASSERT_EQ(::getpgid(pid), server.pid());
  ::kill(pid, number);
}

void end(ServerProcess& server, pid_t pid) {
  signal(server, pid, SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);  // when the last of them has closed its output
}

TEST(Upgrade, TheNewServerAnswersWhereTheOldOneDid) {
  ServerProcess server({"-w", "2", test_app("nonce")});
  RawClient held(server.port());
  held.send(request("GET /?before HTTP/1.1"));
  EXPECT_EQ(held.read_response().body, "before");
  server.signal(SIGUSR2);
  const pid_t successor = listener(server, 2);
  EXPECT_NE(successor, server.pid());
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  server.wait_for_line(said::kDraining, 2);
  held.send(request("GET /?once-more HTTP/1.1"));  // the old one's, while it leaves
  const Response last = held.read_response();
  EXPECT_EQ(last.body, "once-more");
  EXPECT_EQ(last.field("connection"), "close");
  EXPECT_TRUE(held.expect_closed());
  server.wait_for_line("[INFO] stopped");
  end(server, successor);
}

TEST(Upgrade, WhoAsksNothingMoreIsLetGoInTime) {
  ServerProcess server({"-w", "1", "--graceful-timeout", "300ms", test_app("nonce")});
  RawClient held(server.port());
  held.send(request("GET /?before HTTP/1.1"));
  EXPECT_EQ(held.read_response().body, "before");
  server.signal(SIGUSR2);
  const pid_t successor = listener(server, 2);
  EXPECT_TRUE(held.expect_closed());
  server.wait_for_line("[INFO] stopped");
  end(server, successor);
}

TEST(Upgrade, RunningRequestsEndInTheOldServer) {
  Gate gate;
  ServerProcess server({"-w", "1", test_app("slow")});
  RawClient client(server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  server.signal(SIGUSR2);
  const pid_t successor = listener(server, 2);
  server.wait_for_line(said::kDraining);
  EXPECT_EQ(get(server.port(), "/").body, "served");
  visit.release();
  EXPECT_EQ(client.read_response().body, "served");
  server.wait_for_line("[INFO] stopped");
  end(server, successor);
}

TEST(Upgrade, UnderLoadNothingIsLost) {
  ServerProcess server({"-w", "2", "--access-logfile", "off", test_app("nonce")});
  Launch launch;
  launch.program = APPSERVER_LOAD_CLIENT;
  launch.arguments = {"http://127.0.0.1:" + std::to_string(server.port()),
                      "--mode",
                      "plain",
                      "--requests",
                      "100000000",
                      "--connections",
                      "16"};
  ServerProcess client(launch);
  pid_t at_work = server.pid();
  for (std::size_t i = 2; i <= 4; ++i) {
    signal(server, at_work, SIGUSR2);
    at_work = listener(server, i);
    server.wait_for_line("[INFO] stopped", i - 1);
  }
  client.signal(SIGINT);  // enough: it says what it has seen
  client.wait_exit();
  EXPECT_TRUE(holds(client.text(ServerProcess::Stream::Out), " wrong=0 lost=0 "))
      << client.text(ServerProcess::Stream::Err);
  end(server, at_work);
}

TEST(Upgrade, AServerThatDoesNotComeUpLeavesTheOldOneServing) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  ServerProcess server({"-w", "1", "--pid", folder / "pid", "-c", file});
  folder.write("a.yaml", "workerz: 2\n");
  server.signal(SIGUSR2);
  server.wait_for_line("we serve on");
  EXPECT_GE(server.count_lines("workerz"), 1U);
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
  EXPECT_EQ(read_file(folder / "pid"), std::to_string(server.pid()) + "\n");
  folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  server.signal(SIGUSR2);  // and can be tried again
  const pid_t successor = listener(server, 2);
  server.wait_for_line("[INFO] stopped");
  EXPECT_EQ(read_file(folder / "pid"), std::to_string(successor) + "\n");
  EXPECT_TRUE(
      eventually([&] { return !std::filesystem::exists(folder / "pid.oldbin"); }));
  end(server, successor);
  EXPECT_FALSE(std::filesystem::exists(folder / "pid"));
}

TEST(Upgrade, AUnixSocketStaysWhereItIs) {
  const TempFolder folder;
  const std::string path = folder / "a.sock";
  ServerProcess server({"-w", "1", "-b", "unix:" + path, test_app("nonce")});
  server.signal(SIGUSR2);
  const pid_t successor = listener(server, 2);
  server.wait_for_line("[INFO] stopped");
  EXPECT_TRUE(std::filesystem::is_socket(path));
  RawClient client = RawClient::to_unix_socket(path);
  client.send(request("GET /?unix HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "unix");
  end(server, successor);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Upgrade, WithFewerWorkersEverySocketIsServed) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("nonce")}});
  const std::string file = folder.write("a.yaml", mounts + "workers: 4\n");
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "-c", file};
  ServerProcess server(launch);
  server.wait_until_listening();
  folder.write("a.yaml", mounts + "workers: 1\n");
  server.signal(SIGUSR2);
  const pid_t successor = listener(server, 2);
  server.wait_for_line("[INFO] stopped");
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(get(server.port(), "/?" + std::to_string(i)).body, std::to_string(i));
  end(server, successor);
}

}  // namespace
}  // namespace appserver::testing
