// HUP: the new configuration and the new modules serve, or the old ones go on. Nothing
// is lost.
#include <signal.h>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

Launch load_client(const ServerProcess& server, std::vector<std::string> words) {
  Launch launch;
  launch.program = APPSERVER_LOAD_CLIENT;
  launch.arguments = {"http://127.0.0.1:" + std::to_string(server.port())};
  launch.arguments.insert(launch.arguments.end(), words.begin(), words.end());
  return launch;
}

TEST(Reload, EveryAnswerUnderLoadIsRight) {
  const ServerProcess server({"-w", "2", test_app("nonce")});
  const Outcome outcome = ServerProcess::run(load_client(
      server, {"--requests", "30000", "--connections", "32", "--deadline", "50"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err << outcome.out;
  EXPECT_TRUE(holds(outcome.out, "requests=30000 wrong=0 lost=0"));
}

TEST(Reload, HupReloadsTheModuleUnderLoad) {
  constexpr std::size_t kReloads = 8;
  const TempFolder folder;
  const std::string module = folder.install(test_app_file("nonce_v1"), "app.so");
  ServerProcess server({"-w", "2", module});
  ServerProcess client(
      load_client(server, {"--requests", "1000000", "--connections", "16",
                           "--expect-header", "x-build", "--deadline", "50"}));
  for (std::size_t i = 1; i <= kReloads; ++i) {
    const std::string build = i % 2 == 0 ? "v1" : "v2";
    folder.install(test_app_file("nonce_" + build), "app.so");
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloaded, i);
    EXPECT_EQ(get(server.port(), "/").field("x-build"), build);
  }
  client.signal(SIGINT);  // enough: it says what it has seen
  client.wait_exit();
  const std::string seen = client.text(ServerProcess::Stream::Out);
  EXPECT_TRUE(holds(seen, " wrong=0 lost=0 "))
      << client.text(ServerProcess::Stream::Err);
}

TEST(Reload, LimitsThatSizeMemoryAreNotRaised) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("nonce")}});
  const std::string file = folder.write("a.yaml", mounts);
  ServerProcess server({"-w", "1", "-c", file});
  folder.write("a.yaml",
               mounts + "limit_request_line: 64000\nlimit_request_head: 65000\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_TRUE(holds(server.wait_for_line("need a restart"), "WARNING"));
  RawClient client(server.port());
  client.send(request("GET /%41" + std::string(20'000, 'Z') + " HTTP/1.1"));
  EXPECT_EQ(client.read_response().status, 414);
}

TEST(Reload, RunningRequestsEndInTheOldModule) {
  Gate gate;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("slow")}}));
  ServerProcess server({"-w", "1", "-c", file});
  RawClient client(server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_EQ(get(server.port(), "/?new").body, "new");
  visit.release();
  EXPECT_EQ(client.read_response().body, "served");
  client.send(request("GET /?next HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "next");
}

TEST(Reload, HupWithABadConfigKeepsServing) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    const TempFolder folder;
    const std::string file =
        folder.write("a.yaml", mounts_file({{"/", test_app("nonce_v1")}}));
    std::vector<std::string> words = shape;
    words.insert(words.end(), {"-c", file});
    ServerProcess server(words);
    folder.write("a.yaml", "bind: 127.0.0.1:0\nworkerz: 2\n");
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloadRefused);
    EXPECT_GE(server.count_lines("a.yaml:2"), 1U)
        << server.text(ServerProcess::Stream::Err);
    for (int i = 0; i < 8; ++i)
      EXPECT_EQ(get(server.port(), "/").field("x-build"), "v1");
    folder.write("a.yaml", mounts_file({{"/", test_app("nonce_v2")}}));
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloaded);
    for (int i = 0; i < 8; ++i)
      EXPECT_EQ(get(server.port(), "/").field("x-build"), "v2");
  }
}

TEST(Reload, HupWithABadModuleKeepsServing) {
  struct Case {
    const char* what;
    std::string file;
  };

  const TempFolder other;
  for (const Case& c : {Case{"no library", other.write("text.so", "no library")},
                        Case{"missing symbol", test_app_file("needs_more")}}) {
    SCOPED_TRACE(c.what);
    const TempFolder folder;
    const std::string module = folder.install(test_app_file("nonce_v1"), "app.so");
    ServerProcess server({"-w", "2", module});
    folder.install(c.file, "app.so");
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloadRefused);
    for (int i = 0; i < 8; ++i)
      EXPECT_EQ(get(server.port(), "/").field("x-build"), "v1");
  }
}

TEST(Reload, CreateThatFailsInTheNewAppKeepsServing) {
  const TempFolder folder;
  const auto write = [&](const std::string& config) {
    return folder.write(
        "a.yaml",
        mounts_file({{"/", test_app("lifecycle"), "config: {" + config + "}"}}));
  };
  ServerProcess server({"-w", "2", "-c", write("n: 1")});
  write("failure: \"no such database\"");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloadRefused);
  EXPECT_GE(server.count_lines("no such database"), 1U);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(get(server.port(), "/quiet").body, "{\"n\":1}");
}

TEST(Reload, UnchangedAppsAreNotCreatedAnew) {
  const TempFolder folder;
  const std::string diary = folder / "diary";
  const auto write = [&](const std::string& more) {
    return folder.write(
        "a.yaml",
        mounts_file({{"/", test_app("lifecycle"), "config: {diary: " + diary + "}"}}) +
            more);
  };
  ServerProcess server({"--single-process", "-c", write("")});
  write("keepalive: 10\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_EQ(read_file(diary), "create app\n");
}

TEST(Reload, KeepAliveConnectionsOutliveAReload) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  RawClient client(server.port());
  client.send(request("GET /?before HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "before");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  client.send(request("GET /?after HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "after");
}

}  // namespace
}  // namespace appserver::testing
