// An app's life outside its calls (rules L).
#include <signal.h>

#include "recorded.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

std::string lifecycle_file(const TempFolder& folder, const std::string& config) {
  return folder.write(
      "a.yaml",
      mounts_file({{"/", test_app("lifecycle"), "config: {" + config + "}"}}));
}

TEST(Conformance, GwL2NothingIsServedBeforeCreateHasReturned) {
  struct Shape {
    std::vector<std::string> words;
    int creates;  // the workers', and one where the candidate is tried
  };

  for (const Shape& shape : {Shape{{"--single-process"}, 1}, Shape{{"-w", "1"}, 2}}) {
    SCOPED_TRACE(shape.words[0]);
    Gate gate;
    const TempFolder folder;
    const std::string socket = folder / "s";
    Launch launch;
    launch.arguments = {"-b", "unix:" + socket, "-c",
                        lifecycle_file(folder, "gate: " + gate.path())};
    launch.arguments.insert(launch.arguments.end(), shape.words.begin(),
                            shape.words.end());
    ServerProcess server(launch);
    for (int i = 0; i < shape.creates; ++i) {
      Visit visit = gate.next();
      // What it would have said too early, it has said before that.
      server.wait_for_line("waits in create", static_cast<std::size_t>(i) + 1);
      EXPECT_EQ(server.count_lines(said::kWorkerReady), 0U);
      EXPECT_EQ(server.count_lines(said::kListeningAnywhere), 0U);
      visit.release();
    }
    server.wait_for_line(said::kListeningAnywhere);
    RawClient client = RawClient::to_unix_socket(socket);
    client.send(request("GET /quiet HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 200);
  }
}

TEST(Conformance, GwL4AppsWithoutOptionalMembersRun) {
  const auto server = serve("nonce");  // GW_APP: all optional members are null
  EXPECT_EQ(get(server.port(), "/?x").body, "x");
}

TEST(Conformance, GwL5QuiesceThenDestroyOnceTheLastCallIsOver) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "1"}}) {
    const TempFolder folder;
    const std::string diary = folder / "diary";
    std::vector<std::string> words = shape;
    words.insert(words.end(), {"-c", lifecycle_file(folder, "diary: " + diary)});
    ServerProcess server(words);
    EXPECT_EQ(get(server.port(), "/").status, 200);
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    EXPECT_TRUE(read_file(diary).ends_with("create app\ncall\nquiesce\ndestroy\n"))
        << read_file(diary);
  }
}

TEST(Conformance, GwL5ReloadRetiresTheOldInstanceAfterTheNewOneIsThere) {
  const TempFolder folder;
  const std::string diary = folder / "diary";
  const std::string file = lifecycle_file(folder, "diary: " + diary + ", n: 1");
  ServerProcess server({"--single-process", "-c", file});
  lifecycle_file(folder, "diary: " + diary + ", n: 2");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_TRUE(holds(get(server.port(), "/quiet").body, "\"n\":2"));
  EXPECT_TRUE(eventually([&] {
    get(server.port(), "/quiet");
    return read_file(diary).find("destroy") != std::string::npos;
  }));
  EXPECT_EQ(read_file(diary), "create app\ncreate app\nquiesce\ndestroy\n");
}

TEST(Conformance, GwL6OlderAndNewerAppsAreServed) {
  for (const std::string callable : {"older", "newer"}) {
    const auto server = serve("other_sizes", callable);
    EXPECT_EQ(get(server.port(), "/").body, "from another time") << callable;
  }
}

}  // namespace
}  // namespace appserver::testing
