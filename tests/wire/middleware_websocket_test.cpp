// Layers around a WebSocket: they see its 101, and no message.
#include <signal.h>

#include <vector>

#include "support/chained.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};

std::string echo(const std::string& kind) {
  return test_app("websocket_echo", kind);
}

TEST(MiddlewareWebSocket, TheHandshakeIsAHeadAndMessagesPassBy) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("mark", "{o: 1}") + ", " + layer("upper") + ", " +
                           layer("mark", "{i: 1}") + "]",
                       echo(kind));
    RawClient client(made.server.port());
    client.send(ws_handshake("/"));
    const std::string head = read_ws_head(client);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    EXPECT_TRUE(holds(head,
                      "x-app: echo\r\nx-mark: {\"i\":1}\r\n"
                      "x-mark: {\"o\":1}\r\n\r\n"));
    client.send(ws_frame(kText, "small"));
    EXPECT_TRUE(gives(client, ws_answer(kText, "small")));
    EXPECT_EQ(made.ask("/seen").body, "head101,-1 head101,-1 ");
    end_ws(client);
    EXPECT_TRUE(
        made.sees("head101,-1 head101,-1 mark-closed0 upper-closed0 mark-closed0 "));
  }
}

TEST(MiddlewareWebSocket, ABlockingLayerMakesItBlock) {
  const Chained made("[" + layer("blocking_mark") + "]", echo("app"));
  RawClient client = open_ws(made.server);
  client.send(ws_frame(kText, "hello"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  client.reset();
  EXPECT_TRUE(made.sees("head101,-1 mark-closed-5 "));
}

TEST(MiddlewareWebSocket, ALayerRefusesTheHandshake) {
  for (const std::string& kind : kKinds) {
    for (const std::string how :
         {"refuse", "throws_head", "forbidden", "status", "length", "handshake"}) {
      SCOPED_TRACE(kind + " " + how);
      Chained made("[" + layer("mark", "{o: 1}") + ", " + layer(how) + ", " +
                       layer("mark", "{i: 1}") + "]",
                   echo(kind));
      RawClient client(made.server.port());
      client.send(ws_handshake("/greets"));
      const Response response = client.read_response();
      EXPECT_EQ(response.status, 500U);
      EXPECT_EQ(response.field("x-mark"), "{\"o\":1}");
      EXPECT_TRUE(made.sees("head101,-1 head500,"));
      made.server.wait_for_line("noted closed1006");
      made.server.wait_for_line("noted send-5");
      EXPECT_EQ(made.server.count_lines("noted closed"), 1U);
    }
  }
}

TEST(MiddlewareWebSocket, ALayerMayTakeFieldsAway) {
  const Chained made("[" + layer("bald") + "]", echo("app"));
  RawClient client(made.server.port());
  client.send(ws_handshake("/"));
  const std::string head = read_ws_head(client);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
  EXPECT_FALSE(holds(head, "x-app"));
  EXPECT_TRUE(holds(head, "\r\nSec-WebSocket-Accept: "));
}

TEST(MiddlewareWebSocket, ACallThatFailsAfterItHasAcceptedShowsOnlyItsAnswer) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("mark") + "]", echo(kind));
    RawClient client(made.server.port());
    client.send(ws_handshake("/call-fails"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.field("x-mark"), "{}");
    EXPECT_TRUE(made.sees("head500,"));
    EXPECT_EQ(times(made.ask("/seen").body, "head101"), 0U);
    made.server.wait_for_line("noted closed1006");
  }
}

TEST(MiddlewareWebSocket, ALayerThatAnswersItselfRefuses) {
  const Chained made("[" + layer("answer") + "]", echo("app"));
  RawClient client(made.server.port());
  client.send(ws_handshake("/"));
  EXPECT_EQ(client.read_response().body, "answered by itself");
}

std::string plugin_line(const std::string& name, const std::string& config) {
  return "{app: \"" APPSERVER_PLUGIN_FOLDER "/" + name +
         ".so:middleware\", config: " + config + "}";
}

TEST(MiddlewareWebSocket, PluginsAreAroundOne) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + plugin_line("request_log", "{format: json}") + ", " +
                     plugin_line("timing", "{}") + ", " +
                     plugin_line("headers", "{set: {x-added: yes}}") + "]",
                 echo(kind));
    RawClient client(made.server.port());
    client.send(ws_handshake("/registers?q"));
    const std::string head = read_ws_head(client);
    EXPECT_TRUE(holds(head, "\r\nx-added: yes\r\n"));
    EXPECT_TRUE(holds(head, "\r\nserver-timing: app;dur="));
    EXPECT_EQ(made.server.count_lines("\"status\":101"), 0U);
    // What held the handshake may hold others by now.
    EXPECT_EQ(made.ask("/asked").body, "no");
    end_ws(client);
    EXPECT_TRUE(holds(made.server.wait_for_line("\"status\":101"),
                      "{\"method\":\"GET\",\"uri\":\"/registers?q\",\"status\":101,"
                      "\"bytes\":0,"));
  }
}

TEST(MiddlewareWebSocket, AReplacedLayerClosesWith1012) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const TempFolder folder;
    const auto with = [&](const std::string& format) {
      return folder.write(
          "a.yaml",
          mounts_file(
              {{"/", echo(kind),
                "middleware: [" +
                    plugin_line("request_log", "{format: " + format + "}") + "]"}}));
    };
    ServerProcess server({"--single-process", "-c", with("text")});
    RawClient client = open_ws(server);
    with("json");
    server.signal(SIGHUP);
    EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1012))));
    client.send(ws_frame(kEnd, ws_close(1012)));
    EXPECT_TRUE(client.expect_closed());
  }
}

}  // namespace
}  // namespace appserver::testing
