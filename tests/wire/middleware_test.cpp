// Middleware: what the layers of a mount see of an exchange, each test for an app on
// the I/O thread and for one on its pool.
#include "support/chained.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};

TEST(Middleware, TheHeadPassesInnerFirstWithTheComputedLength) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made(
        "[" + layer("mark", "{a: 1}") + ", " + layer("mark", "{b: 2}") + "]",
        test_app("layers", kind));
    RawClient client(made.server.port());
    for (int i = 0; i < 3; ++i) {
      client.send(request("GET /x HTTP/1.1"));
      const std::string head = client.peek(1);
      const Response response = client.read_response();
      EXPECT_EQ(response.status, 200U);
      EXPECT_EQ(response.body, "hello /x");
      EXPECT_EQ(response.field("content-length"), "8");
      EXPECT_LT(head.find("{\"b\":2}"), head.find("{\"a\":1}"));
    }
    EXPECT_TRUE(made.sees("head200,8 head200,8 mark-closed0 mark-closed0 "));
    EXPECT_EQ(times(made.ask("/seen").body, "mark-closed0"), 6U);
  }
}

TEST(Middleware, ALayerWithoutHooksIsOnlyClosed) {
  for (const std::string& kind : kKinds) {
    const Chained made("[" + layer("bare") + "]", test_app("layers", kind));
    EXPECT_EQ(made.ask("/x").body, "hello /x");
    EXPECT_TRUE(made.sees("bare-closed0"));
  }
}

TEST(Middleware, ABlockingOneMakesTheChainBlock) {
  const Chained made("[" + layer("blocking_mark") + "]", test_app("layers", "app"));
  EXPECT_EQ(made.ask("/x").body, "hello /x");
  EXPECT_TRUE(made.sees("mark-closed0"));
}

TEST(Middleware, TheBodyPassesWholeAndEndsOnce) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("upper") + "]", test_app("layers", kind));
    RawClient client(made.server.port());
    for (int i = 0; i < 2; ++i) {
      client.send(request("GET /x HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_EQ(response.body, "HELLO /X");
      EXPECT_EQ(response.field("content-length"), "8");
    }
    EXPECT_TRUE(made.sees("last upper-closed0 last upper-closed0 "));
  }
}

TEST(Middleware, ALayerMayChangeTheLength) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("upper") + ", " + layer("doubles") + "]",
                       test_app("layers", kind));
    const Response response = made.ask("/x");
    EXPECT_EQ(response.body, "HELLO /XHELLO /X");
    EXPECT_EQ(response.field("transfer-encoding"), "chunked");
  }
}

TEST(Middleware, SourcesAndLongBodiesPassInPieces) {
  for (const std::string_view app : {"sources", "big"}) {
    SCOPED_TRACE(app);
    const Chained made("[" + layer("upper") + ", " + layer("four") + "]",
                       test_app(app, app == "big" ? "" : "app"));
    const bool big = app == "big";
    const Response response = made.ask(big ? "/1000000" : "/pieces/1000/1000");
    EXPECT_EQ(response.body.size(), 4'000'000U);
    EXPECT_TRUE(response.body == std::string(4'000'000, big ? 'B' : 'P'));
    EXPECT_EQ(times(made.ask("/seen").body, "too-much"), 0U);
    EXPECT_TRUE(made.sees("last "));
  }
}

TEST(Middleware, AWriteInOneGoIsTakenAsFarAsThereIsRoom) {
  const Chained made("[" + layer("four") + "]", test_app("big", "once"));
  const Response response = made.ask("/16384");
  EXPECT_EQ(response.body, std::string(65'536, 'o'));
}

TEST(Middleware, AnswersThatComeLaterPass) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const Chained made("[" + layer("mark") + ", " + layer("upper") + "]",
                       test_app("detached", kind));
    RawClient client(made.server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    gate.next().release();
    EXPECT_EQ(client.read_response().body, "POSTED");
    client.send(request("GET /many?3 HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "1\n2\n3\n");
    EXPECT_TRUE(made.sees("upper-closed0 mark-closed0 "));
  }
}

TEST(Middleware, AClientThatLeavesClosesTheLayersOnce) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const Chained made("[" + layer("mark") + "]", test_app("detached", kind));
    RawClient client(made.server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    client.reset();
    visit.release();
    EXPECT_TRUE(made.sees("mark-closed"));
    EXPECT_EQ(times(made.ask("/seen").body, "mark-closed"), 1U);
  }
}

TEST(Middleware, ASlowReaderHoldsTheBodyBack) {
  const Chained made("[" + layer("four") + "]", test_app("sources"));
  const auto before =
      resident_kib(made.server.pid());  // sanitizers have much of their own
  RawClient client(made.server.port(), 4096);
  client.send(request("GET /pieces/20000/1000 HTTP/1.1"));
  client.peek(1000);
  EXPECT_LT(resident_kib(made.server.pid()), before + 30'000);
  EXPECT_EQ(client.read_response().body.size(), 80'000'000U);
}

TEST(Middleware, HeadAndNotModifiedHaveNoData) {
  for (const std::string& kind : kKinds) {
    const Chained made("[" + layer("mark") + ", " + layer("upper") + "]",
                       test_app("layers", kind));
    RawClient client(made.server.port());
    client.send(request("HEAD /x HTTP/1.1"));
    const Response response = client.read_response(true);
    EXPECT_EQ(response.field("content-length"), "8");
    EXPECT_EQ(response.field("x-mark"), "{}");
    EXPECT_TRUE(made.sees("upper-closed0"));
    EXPECT_EQ(times(made.ask("/seen").body, "last"), 0U);
  }
}

TEST(Middleware, TheHostsOwnAnswerPassesAllThatWereTaken) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("mark") + ", " + layer("upper") + "]",
                       test_app("layers", kind));
    const Response response = made.ask("/fails");
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.field("x-mark"), "{}");
    EXPECT_TRUE(holds(response.body, "INTERNAL SERVER ERROR"));
    EXPECT_TRUE(made.sees("upper-closed-1 mark-closed-1"));
  }
}

TEST(Middleware, ARefusedHeadIsAnsweredThroughTheOuterLayers) {
  for (const std::string kind : {"refuse", "forbidden"}) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("mark", "{o: 1}") + ", " + layer(kind) + ", " +
                     layer("mark", "{i: 1}") + "]",
                 test_app("layers", "app"));
    RawClient client(made.server.port());
    client.send(request("GET /x HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.field("x-mark"), "{\"o\":1}");
    EXPECT_TRUE(made.sees("head200,8 head500,"));
    made.server.wait_for_line(":" + kind + " ");
    client.send(request("GET /seen HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 200U);
  }
}

TEST(Middleware, AnErrorThatALayerRefusesIsAnsweredAllTheSame) {
  for (const std::string kind : {"app", "blocking"}) {
    SCOPED_TRACE(kind);
    Chained made(
        "[" + layer("mark") + ", " + layer("refuse") + ", " + layer("refuse") + "]",
        test_app("layers", kind));
    for (const std::string target : {"/x", "/fails"}) {
      RawClient client(made.server.port());
      client.send(request("GET " + target + " HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_EQ(response.status, 500U);
      EXPECT_EQ(response.field("x-mark"), "{}");
      client.send(request("GET /again HTTP/1.1"));
      EXPECT_EQ(client.read_response().status, 500U);
    }
  }
}

TEST(Middleware, TooMuchDataAndAKeptEndCutTheAnswer) {
  for (const std::string kind : {"five", "keep_last"}) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer(kind) + "]", test_app("big", "once"));
    RawClient client(made.server.port());
    client.send(request("GET /16384 HTTP/1.1"));
    EXPECT_FALSE(client.read_response().complete);
    EXPECT_TRUE(made.sees("-closed-"));
  }
}

TEST(Middleware, OneThatAnswersItselfIsAroundNothing) {
  const Chained made("[" + layer("mark") + ", " + layer("answer") + "]",
                     test_app("layers", "app"));
  const Response response = made.ask("/x");
  EXPECT_EQ(response.body, "answered by itself");
  EXPECT_EQ(response.field("x-mark"), "{}");
}

TEST(Middleware, TheNextAppSeesTheChangedEnviron) {
  for (const std::string& kind : kKinds) {
    const Chained made("[" + layer("reroute") + "]", test_app("layers", kind));
    EXPECT_EQ(made.ask("/x").body, "hello /rerouted");
  }
}

TEST(Middleware, TheInnerAppReadsThroughTheLayers) {
  for (const std::string& kind : kKinds) {
    const Chained made("[" + layer("bare") + ", " + layer("input") + "]",
                       test_app("layers", kind));
    EXPECT_EQ(post(made.server.port(), "/", "a1b22").body, "a#b##");
  }
}

TEST(Middleware, NextIsTakenOnceAndFromItsOwnCallOnly) {
  const Chained made("[" + layer("twice") + "]", test_app("layers", "app"));
  EXPECT_EQ(made.ask("/x").body, "hello /x");
  EXPECT_EQ(made.ask("/nests").body, "-3");
  EXPECT_TRUE(made.sees("second-3,copy-3"));
  EXPECT_EQ(times(made.ask("/seen").body, "twice-closed"), 0U);
  EXPECT_EQ(made.ask("/seen/nests").body, "-3");  // where there is no chain
}

TEST(Middleware, AReloadChangesTheChainAndKeepsTheApp) {
  const std::string app = test_app("lifecycle");
  Chained made("[" + layer("mark", "{v: 1}") + "]", app);
  const std::string before = made.ask("/").body;
  EXPECT_EQ(made.ask("/").field("x-mark"), "{\"v\":1}");
  made.folder.write("a.yaml", chain_file("[" + layer("mark", "{v: 2}") + "]", app));
  made.server.signal(SIGHUP);
  made.server.wait_for_line(said::kReloaded);
  EXPECT_EQ(made.ask("/").field("x-mark"), "{\"v\":2}");
  made.server.wait_for_line("retired " + test_app("layers", "mark"));
  EXPECT_EQ(made.server.count_lines("retired " + app), 0U);
}

TEST(Middleware, AModuleThatIsMissingIsNamed) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("layers", "app"),
                                           "middleware: [no_such:middleware]"}}));
  const Outcome outcome = ServerProcess::run({"-c", file, "-b", "127.0.0.1:0"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_TRUE(holds(outcome.err, "no_such"));
}

}  // namespace
}  // namespace appserver::testing
