// Apps that break the contract: the client learns it, the log says it, the worker
// lives.
#include "support/expect.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};

TEST(AppFault, AppThatThrowsGets500AndTheWorkerLives) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    ServerProcess server({"-w", "1", test_app("throws", kind)});
    server.wait_for_line(said::kWorkerReady);
    const std::vector<pid_t> workers = server.workers();
    ASSERT_EQ(workers.size(), 1U);
    RawClient client(server.port());
    for (const std::string path : {"/", "/int", "/after-head"}) {
      SCOPED_TRACE(path);
      client.send(request("GET " + path + "?a=b HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_EQ(response.status, 500);
      EXPECT_EQ(response.body, "500 Internal Server Error\n");
      EXPECT_FALSE(response.has("connection"));
    }
    const std::string line = server.wait_for_line("thrown by the test app");
    EXPECT_TRUE(holds(line, "ERROR"));
    EXPECT_TRUE(holds(line, "GET"));
    EXPECT_TRUE(holds(line, "/?a=b"));
    EXPECT_TRUE(std::regex_search(line, std::regex("[0-9a-f]{32}"))) << line;
    client.send(request("GET /calm HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "calm");
    EXPECT_EQ(server.workers(), workers);
  }
}

TEST(AppFault, AppThatThrowsAfterBytesAbortsTheConnection) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("throws", kind);
    const Response response = get(server.port(), "/after-bytes");
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.complete);
    EXPECT_EQ(get(server.port(), "/calm").body, "calm");
  }
}

TEST(AppFault, AppThatNeverAnswersGets500) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("silent", kind);
    RawClient client(server.port());
    client.send(request("GET /mute HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body, "500 Internal Server Error\n");
    server.wait_for_line("/mute");
    client.send(request("GET /speak HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "spoken");
  }
}

TEST(AppFault, AppThatFailsBeforeBytesGets500) {
  for (const std::string& kind : kKinds) {
    auto server = serve("fails", kind);
    RawClient client(server.port());
    for (const std::string path : {"/", "/after-head", "/logged"}) {
      SCOPED_TRACE(kind + path);
      client.send(request("GET " + path + " HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_EQ(response.status, 500);
      EXPECT_EQ(response.body, "500 Internal Server Error\n");
    }
    client.send(request("GET /fine HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "fine");
    EXPECT_TRUE(holds(server.wait_for_line("the test app gives up"), "/logged"));
  }
}

TEST(AppFault, AppThatFailsAfterAnUnsentWriteIsNoGoodAnswer) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("fails", kind);
    const Response response = get(server.port(), "/after-bytes");
    EXPECT_TRUE(response.status == 500 || !response.complete) << response.head;
  }
}

TEST(AppFault, AppThatFailsMidBodyAbortsTheConnection) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("fails", kind);
    for (const std::string path : {"/after-flush", "/after-length"}) {
      SCOPED_TRACE(kind + path);
      const Response response = get(server.port(), path);
      EXPECT_EQ(response.status, 200);
      EXPECT_FALSE(response.complete);
    }
    // HTTP/1.0 has no other way to see it than a reset.
    RawClient old(server.port());
    old.send("GET /after-flush HTTP/1.0\r\n\r\n");
    old.read_until_close();
    EXPECT_TRUE(old.was_reset()) << kind;
    EXPECT_EQ(get(server.port(), "/fine").body, "fine");
  }
}

TEST(AppFault, SourceThatFailsAbortsTheConnection) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("sources", kind);
    for (const std::string path : {"/fail/3/60000", "/throw/3/60000"}) {
      SCOPED_TRACE(kind + path);
      const Response response = get(server.port(), path);
      EXPECT_TRUE(response.status == 500 || !response.complete);
      EXPECT_NE(response.status, 0);
    }
    const Response overrun = get(server.port(), "/overrun");
    EXPECT_TRUE(overrun.status == 500 || !overrun.complete) << overrun.status;
    EXPECT_EQ(get(server.port(), "/pieces/2/3").body, "pppppp");
  }
}

TEST(AppFault, SecondStartResponseNeedsReplace) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("answers_twice", kind);
    const Response kept = get(server.port(), "/");
    EXPECT_EQ(kept.status, 200);
    EXPECT_EQ(kept.body, "from the first");
    EXPECT_EQ(get(server.port(), "/code").body, "-3");  // GW_E_STATE
    const Response replaced = get(server.port(), "/replace");
    EXPECT_EQ(replaced.status, 500);
    EXPECT_EQ(replaced.body, "replaced");
    EXPECT_FALSE(replaced.has("x-old"));
  }
}

TEST(AppFault, NewlineInAFieldIsRefused) {
  const auto server = serve("injects_newline");
  for (const std::string field :
       {"x-a=1\r\nset-cookie: stolen=1", "x-a=1\nset-cookie: stolen=1", "x-a=1\rb",
        "x-a\r\nset-cookie=1", "set-cookie: stolen\r\nx-a=1"}) {
    SCOPED_TRACE(field);
    const Response response = post(server.port(), "/", field);
    EXPECT_EQ(response.body, "refused -9");  // GW_E_HEADER
    EXPECT_FALSE(response.has("set-cookie"));
  }
  const Response taken = post(server.port(), "/", "x-a=1");
  EXPECT_EQ(taken.body, "taken");
  EXPECT_EQ(taken.field("x-a"), "1");
}

TEST(AppFault, BodyLongerThanItsLengthIsCut) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("lies_about_length", kind);
    for (const std::string path : {"/long", "/long-in-two", "/long-source"}) {
      SCOPED_TRACE(kind + path);
      RawClient client(server.port());
      client.send(request("GET " + path + " HTTP/1.1"));
      const Response response = client.read_response();
      // Never a byte more than was declared; what was good may have left.
      if (response.status == 200) {
        EXPECT_EQ(response.field("content-length"), "5");
        EXPECT_TRUE(std::string("01234").starts_with(response.body));
      } else {
        EXPECT_EQ(response.status, 500);
      }
      EXPECT_TRUE(client.leftover().empty()) << client.leftover();
      EXPECT_EQ(get(server.port(), "/seen").body, "-8");  // GW_E_TOOBIG
    }
  }
}

TEST(AppFault, ShorterBodyAbortsTheConnection) {
  for (const std::string& kind : kKinds) {
    auto server = serve("lies_about_length", kind);
    for (const std::string path : {"/short", "/short-source", "/nothing"}) {
      SCOPED_TRACE(kind + path);
      const Response response = get(server.port(), path);
      // Where nothing had left, the failure may still be said properly.
      EXPECT_TRUE(response.status == 500 || !response.complete) << response.head;
      server.wait_for_line(path + " ");
    }
  }
}

TEST(AppFault, EarlyDisconnectReachesASource) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("sources", kind);
    RawClient client(server.port());
    client.send(request("GET /endless HTTP/1.1"));
    client.peek(100'000);
    client.reset();
    EXPECT_TRUE(eventually([&] {
      return get(server.port(), "/closed").body == "opened 1, 1 x -5";  // GW_E_GONE
    })) << get(server.port(), "/closed").body;
    server.wait_for_access_line("\"GET /endless HTTP/1.1\" 499 ");
  }
}

TEST(AppFault, EarlyDisconnectReachesAWriterThatBlocks) {
  auto server = serve("big");
  RawClient client(server.port());
  client.send(request("GET /1000000000 HTTP/1.1"));
  client.peek(100'000);
  client.reset();
  EXPECT_TRUE(eventually([&] { return get(server.port(), "/taken").body == "-5"; }));
  server.wait_for_access_line(" 499 ");
  EXPECT_EQ(server.count_lines("ERROR"), 0U);  // GW-O15: not the server's failure
}

TEST(AppFault, EarlyDisconnectReachesAReader) {
  auto server = serve("blocking_echo");
  RawClient client(server.port());
  client.send(request("POST /gone HTTP/1.1", "Content-Length: 10\r\n") + "half");
  client.peek(1);  // the app has read it
  client.close();
  server.wait_for_access_line("\"POST /gone HTTP/1.1\" 499 ");
}

TEST(AppFault, DebugPageSaysWhatFailed) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("throws", kind, {"--debug"});
    const Response response = get(server.port(), "/deep?a=b");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.field("content-type"), "text/plain; charset=utf-8");
    EXPECT_TRUE(holds(response.body, "thrown by the test app"));
    EXPECT_TRUE(holds(response.body, "GET /deep?a=b"));
    EXPECT_TRUE(holds(response.body, "throws.so"));
    EXPECT_TRUE(std::regex_search(response.body, std::regex("[0-9a-f]{32}")));
    EXPECT_EQ(get(server.port(), "/calm").body, "calm");
  }
}

}  // namespace
}  // namespace appserver::testing
