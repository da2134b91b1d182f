// The one call, and what becomes of its failures (rules C).
#include "recorded.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

TEST(Conformance, GwC1TheAppIsCalledOncePerRequest) {
  const TempFolder folder;
  const std::string diary = folder / "diary";
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/", test_app("lifecycle"), "config: {diary: " + diary + "}"}}));
  const ServerProcess server({"--single-process", "-c", file});
  RawClient client(server.port());
  std::string expected = "create app\n";
  for (int i = 0; i < 10; ++i) {
    client.send(request("GET / HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 200);
    expected += "call\n";
  }
  status_of(server, "GET / HTTP/1.1\r\n\r\n");  // refused: not called
  EXPECT_EQ(read_file(diary), expected);
}

TEST(Conformance, GwC3NoAnswerIsAnswered500) {
  for (const std::string& kind : kKinds) {
    auto server = serve("silent", kind);
    EXPECT_EQ(get(server.port(), "/mute").status, 500);
    EXPECT_TRUE(holds(server.wait_for_line("/mute"), "ERROR"));
  }
}

TEST(Conformance, GwC4ErrorsBeforeBytesAre500AndLogged) {
  for (const std::string& kind : kKinds) {
    auto fails = serve("fails", kind);
    EXPECT_EQ(get(fails.port(), "/after-head").status, 500);
    EXPECT_TRUE(holds(fails.wait_for_line("/after-head"), "ERROR"));
    auto throws = serve("throws", kind);
    EXPECT_EQ(get(throws.port(), "/after-head").status, 500);
    EXPECT_TRUE(holds(throws.wait_for_line("thrown by the test app"), "ERROR"));
  }
}

TEST(Conformance, GwC4ErrorsAfterBytesNeverEndCleanly) {
  for (const std::string& kind : kKinds) {
    for (const auto& [app, path] : {std::pair{"fails", "/after-flush"},
                                    {"fails", "/after-length"},
                                    {"throws", "/after-bytes"},
                                    {"answers_twice", "/too-late"}}) {
      SCOPED_TRACE(app + kind + path);
      const auto server = serve(app, kind);
      const Response response = get(server.port(), path);
      EXPECT_EQ(response.status, 200);
      EXPECT_FALSE(response.complete);
    }
  }
}

TEST(Conformance, GwC6SerialAppsAreCalledOneAtATime) {
  Gate gate;
  const auto server = serve("serial_probe", "app", {"--threads", "4"});
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  }
  for (int i = 0; i < 3; ++i) gate.next().release();
  for (RawClient& client : clients) EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(get(server.port(), "/max").body, "1");
}

TEST(Conformance, GwC8WritesAfterTheEndAreAnError) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("answers_twice", kind);
    const Response response = get(server.port(), "/after-end");
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body, "whole");
    EXPECT_EQ(get(server.port(), "/code").body, "-3") << kind;  // GW_E_STATE
  }
}

}  // namespace
}  // namespace appserver::testing
