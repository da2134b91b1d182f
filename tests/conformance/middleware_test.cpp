// Rules M: apps under layers.
#include "recorded.hpp"
#include "support/chained.hpp"
#include "support/gate.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

const std::string kFiveLayers = "[" + layer("bare") + ", " + layer("upper") + ", " +
                                layer("bare") + ", " + layer("mark") + ", " +
                                layer("input") + "]";

TEST(MiddlewareRules, GwM1AnAppUnderLayersSeesWhatItSeesAlone) {
  const std::string asked =
      request("GET /a%20b/c?d=e HTTP/1.1", "X-A: 1\r\nX-A: 2\r\nCookie: c\r\n");
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const std::string app = test_app("recorder", kind);
    const Chained made(
        "[" + layer("bare") + ", " + layer("mark") + ", " + layer("input") + "]", app);
    const ServerProcess alone({"--single-process", app});
    Recorded seen = record(made.server, asked);
    Recorded wanted = record(alone, asked);
    for (const char* own : {"request_id", "remote_port", "server_port"}) {
      seen.members.erase(own);
      wanted.members.erase(own);
    }
    EXPECT_EQ(seen["path_info"], "=/a b/c");
    EXPECT_EQ(seen.members, wanted.members);
    EXPECT_EQ(seen.fields, wanted.fields);
  }
}

TEST(MiddlewareRules, GwM1AnAnswerPassesFiveLayers) {
  for (const std::string& kind : kKinds) {
    const Chained made(kFiveLayers, test_app("layers", kind));
    const Response response = post(made.server.port(), "/", "a1b2");
    EXPECT_EQ(response.body, "A#B#");
    EXPECT_EQ(response.field("x-mark"), "{}");
  }
}

TEST(MiddlewareRules, GwM2AFlushGoesThroughWhileTheAppWaits) {
  Gate gate;
  const Chained made("[" + layer("upper") + "]", test_app("flush_head"));
  RawClient client(made.server.port());
  client.send(request("GET /now?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  EXPECT_TRUE(client.peek(17).starts_with("HTTP/1.1 200 OK\r\n"));
  visit.release();
  EXPECT_EQ(client.read_response().body, "BODY");
}

TEST(MiddlewareRules, GwM2AnEndThatIsKeptCuts) {
  const Chained made("[" + layer("keep_last") + "]", test_app("big", "once"));
  RawClient client(made.server.port());
  client.send(request("GET /100 HTTP/1.1"));
  EXPECT_FALSE(client.read_response().complete);
}

TEST(MiddlewareRules, GwM5EveryLayerIsClosedOnceInnerFirst) {
  struct Ending {
    const char* path;
    const char* code;
  };

  for (const std::string& kind : kKinds) {
    for (const Ending& ending : {Ending{"/x", "0"}, Ending{"/fails", "-1"}}) {
      SCOPED_TRACE(kind + ending.path);
      const Chained made(
          "[" + layer("mark") + ", " + layer("bare") + ", " + layer("upper") + "]",
          test_app("layers", kind));
      EXPECT_NE(made.ask(ending.path).status, 0U);
      const std::string code = ending.code;
      EXPECT_TRUE(made.sees("upper-closed" + code + " bare-closed" + code +
                            " mark-closed" + code + " "));
      EXPECT_EQ(times(made.ask("/seen").body, "closed"), 3U);
    }
  }
}

TEST(MiddlewareRules, GwM6ALengthIsTheOneThatLeaves) {
  for (const std::string& kind : kKinds) {
    const Chained made("[" + layer("doubles") + "]", test_app("layers", kind));
    const Response response = made.ask("/x");
    EXPECT_EQ(response.body, "hello /xhello /x");
    EXPECT_EQ(response.field("content-length"), "");
    EXPECT_TRUE(response.complete);
  }
  const Chained made("[" + layer("length") + "]", test_app("layers", "app"));
  RawClient client(made.server.port());
  client.send(request("GET /x HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "hello");  // of "hello /x" (GW-O5)
}

TEST(MiddlewareRules, GwM7HooksSeeEveryKindOfAnswer) {
  struct Kind {
    std::string app, target, body;
  };

  const TempFolder folder;
  const std::string file = folder.write("text", "of a file");
  for (const std::string& kind : kKinds) {
    for (const Kind& answer :
         {Kind{test_app("layers", kind), "/x", "HELLO /X"},
          Kind{test_app("sources", kind), "/pieces/2/3", "PPPPPP"},
          Kind{test_app("file_sender", kind), "/whole?" + file, "OF A FILE"},
          Kind{test_app("file_sender", kind), "/source?" + file,
               "OF A FILEAND A SOURCE"},
          Kind{test_app("detached", kind), "/many?2", "1\n2\n"}}) {
      SCOPED_TRACE(kind + answer.target);
      const Chained made("[" + layer("mark") + ", " + layer("upper") + "]", answer.app);
      const Response response = made.ask(answer.target);
      EXPECT_EQ(response.body, answer.body);
      EXPECT_EQ(response.field("x-mark"), "{}");
      EXPECT_TRUE(made.sees("head200,"));
    }
  }
}

TEST(MiddlewareRules, GwM8NoExtensionGoesRoundALayer) {
  const TempFolder folder;
  const std::string file = folder.write("text", "of a file");
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained files("[" + layer("upper") + "]", test_app("file_sender", kind));
    EXPECT_EQ(files.ask("/later?" + file).body,
              "0OF A FILE1OF A FILE2OF A FILE3OF A FILE");
    const Chained denies("[" + layer("refuse") + "]", test_app("websocket_echo", kind));
    RawClient denied(denies.server.port());
    denied.send(ws_handshake("/"));
    EXPECT_EQ(denied.read_response().status, 500U);
    const Chained marks("[" + layer("mark") + "]", test_app("websocket_echo", kind));
    RawClient client(marks.server.port());
    client.send(ws_handshake("/"));
    EXPECT_TRUE(holds(read_ws_head(client), "\r\nx-mark: {}\r\n"));
  }
}

TEST(MiddlewareRules, GwM9ALayerSeesTheHeadThatLeavesOnce) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("mark") + "]", test_app("answers_twice", kind));
    const Response response = made.ask("/replace");
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.field("x-old"), "");
    EXPECT_TRUE(made.sees("mark-closed0 "));
    EXPECT_EQ(made.ask("/seen").body, "head500,8 mark-closed0 ");
  }
}

TEST(MiddlewareRules, GwM9ALayerMayAnswerForAnError) {
  const Chained made("[" + layer("status") + "]", test_app("layers", "app"));
  EXPECT_EQ(made.ask("/fails").status, 203U);
}

TEST(MiddlewareRules, GwM10AChangedEnvironIsSeenWithinAlone) {
  for (const std::string& kind : kKinds) {
    const Chained made(
        "[" + layer("paths") + ", " + layer("reroute") + ", " + layer("paths") + "]",
        test_app("layers", kind));
    EXPECT_EQ(made.ask("/x").body, "hello /rerouted");
    EXPECT_TRUE(made.sees("after/rerouted after/x "));
  }
}

}  // namespace
}  // namespace appserver::testing
