// What an app has besides its requests: an instance, a configuration, names, layers
// around it (rules E21 to E28, C5, L3).
#include "recorded.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

TEST(Conformance, GwC5AnAppThatDoesNotUnderstandIsAnswered501) {
  const auto server = serve("rule_probe", "refuses");
  EXPECT_EQ(get(server.port(), "/").status, 501);
}

TEST(Conformance, GwE21WhatALayerChangesOnlyTheInnerAppsSee) {
  const TempFolder folder;
  const std::string layers = "middleware: [\"" + test_app("rule_probe", "watch") +
                             "\", \"" + test_app("layers", "reroute") + "\"]";
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("layers", "app"), layers}}));
  const ServerProcess server({"--single-process", "-c", file});
  const Response response = get(server.port(), "/asked");
  EXPECT_EQ(response.body, "hello /rerouted");
  EXPECT_EQ(response.field("x-outer-path"), "/asked");
}

TEST(Conformance, GwE22NamesOfAttributesHoldADot) {
  const auto server = serve("rule_probe", "names");
  EXPECT_EQ(get(server.port(), "/").body, "-2 number ");  // GW_E_INVALID
}

TEST(Conformance, GwE23ConfigurationIsGivenOnceInCreate) {
  const TempFolder folder;
  const std::string diary = folder / "diary";
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("lifecycle"),
                                           "config: {diary: " + diary + ", n: 7}"}}));
  const ServerProcess server({"--single-process", "-c", file});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(holds(get(server.port(), "/quiet").body, "\"n\":7"));
  }
  EXPECT_EQ(read_file(diary), "create app\n");
}

TEST(Conformance, GwE27AnAppSeesThatAWebSocketIsAskedFor) {
  const auto server = serve("websocket_echo");
  RawClient asks(server.port());
  asks.send(ws_handshake("/asked"));
  EXPECT_EQ(asks.read_response().body, "yes");
  EXPECT_EQ(get(server.port(), "/asked").body, "no");
  RawClient other(server.port());
  other.send(request("GET /asked HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n"));
  EXPECT_EQ(other.read_response().body, "no");
}

TEST(Conformance, GwE28EachInstanceIsCalledWithItsOwn) {
  const TempFolder folder;
  const std::string app = test_app("lifecycle");
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/one", app, "config: {n: 1}"}, {"/two", app, "config: {n: 2}"}}));
  const ServerProcess server({"--single-process", "-c", file});
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(holds(get(server.port(), "/one/quiet").body, "\"n\":1"));
    EXPECT_TRUE(holds(get(server.port(), "/two/quiet").body, "\"n\":2"));
  }
}

TEST(Conformance, GwL3CreateThatFailsStopsTheStartAndSaysWhy) {
  for (const std::string shape : {"--single-process", "--workers=2"}) {
    const Outcome outcome =
        ServerProcess::run({"-b", "127.0.0.1:0", shape, test_app("create_fails")});
    EXPECT_NE(outcome.exit_code, 0) << shape;
    EXPECT_TRUE(holds(outcome.err, "no database at db.example:5432")) << shape;
    EXPECT_FALSE(holds(outcome.err, said::kListening)) << shape;
  }
}

}  // namespace
}  // namespace appserver::testing
