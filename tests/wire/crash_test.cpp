// What plugins do to their process, and what operators and other apps see of it. The
// server is the plain one: a sanitizer has handlers of its own for these signals.
#include <signal.h>
#include <sys/resource.h>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

class Crashes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const rlimit none{0, 0};  // cores of crashes that are meant help nobody
    ::setrlimit(RLIMIT_CORE, &none);
  }

  /// Two apps, and the crashing one at /c (event) and /b (blocking).
  static ServerProcess start(const TempFolder& folder,
                             const std::vector<std::string>& more) {
    const std::string file =
        folder.write("a.yaml", mounts_file({{"/", test_app("nonce")},
                                            {"/c", test_app("crasher")},
                                            {"/b", test_app("crasher", "blocking")}}));
    std::vector<std::string> arguments = {"-c", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ServerProcess(arguments);
  }

  static void crash(const ServerProcess& server, const std::string& target) {
    RawClient client(server.port());
    client.send(request("GET " + target + " HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 0);
  }

  const TempFolder folder_;
};

TEST_F(Crashes, AreLoggedWithAppVersionRequestAndSymbol) {
  ServerProcess server = start(folder_, {"-w", "1"});
  crash(server, "/c/null?why=not");
  const std::string what = server.wait_for_line("SIGSEGV, address 0x0 (null pointer)");
  EXPECT_TRUE(holds(what, "crash of worker 1 (pid "));
  EXPECT_TRUE(
      holds(what, "on its I/O thread, in " + test_app("crasher") + " (version "));
  const std::string asked = server.wait_for_line(": GET /c/null?why=not, request id ");
  EXPECT_TRUE(holds(asked, ", from 127.0.0.1, after "));
  EXPECT_TRUE(holds(asked, " ms, 0 bytes of its body sent"));
  const std::string first = server.wait_for_line(": #0 crasher.so ");
  EXPECT_TRUE(holds(first, "write_to_nowhere()+0x"));
  EXPECT_TRUE(holds(server.wait_for_line(": #1 crasher.so "), "call("));
  server.wait_for_line("#2 appserver appserver::bridge::call_app(");
  EXPECT_TRUE(holds(server.wait_for_line("crasher.so has build id "), "/module-"));
  EXPECT_TRUE(holds(server.wait_for_access_line("/c/null"),
                    "\"GET /c/null?why=not HTTP/1.1\" 000 0 "));
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
}

TEST_F(Crashes, OfABlockingAppNameItsThread) {
  ServerProcess server = start(folder_, {"-w", "1"});
  crash(server, "/b/null");
  EXPECT_TRUE(holds(server.wait_for_line("SIGSEGV, address 0x0"),
                    "on a thread of its pool, in " + test_app("crasher", "blocking")));
  server.wait_for_line(": GET /b/null, request id ");
  server.wait_for_access_line("\"GET /b/null HTTP/1.1\" 000 0 ");
}

TEST_F(Crashes, OfAThreadOfTheAppNameTheApp) {
  ServerProcess server = start(folder_, {"-w", "1"});
  get(server.port(), "/c/own-thread");  // answered or not: it is a race
  EXPECT_TRUE(holds(server.wait_for_line("SIGSEGV, address 0x0"),
                    "on a thread of the app's own, in " + test_app("crasher")));
  server.wait_for_line("write_to_nowhere()+0x");
}

TEST_F(Crashes, OfOtherKindsAreNamed) {
  struct Kind {
    std::string target, signal, frame;
  };

  for (const Kind& kind : {Kind{"/c/abort", "SIGABRT, by itself", "abort+0x"},
                           Kind{"/c/overflow", "(stack overflow)", "descend("},
                           Kind{"/b/overflow", "(stack overflow)", "descend("},
                           Kind{"/c/null-call", "(null pointer)", "call_nothing()"}}) {
    SCOPED_TRACE(kind.target);
    ServerProcess server = start(folder_, {"-w", "1"});
    crash(server, kind.target);
    server.wait_for_line(kind.signal);
    server.wait_for_line(": GET " + kind.target + ", request id ");
    server.wait_for_line(kind.frame);
    EXPECT_EQ(get(server.port(), "/?on").body, "on");
  }
}

TEST_F(Crashes, CostOnlyTheExchangesThatWereOpenInTheWorker) {
  Gate gate;
  ServerProcess server = start(folder_, {"-w", "1", "--threads", "3"});
  std::vector<RawClient> open;
  std::vector<Visit> visits;
  for (int i = 0; i < 3; ++i) {
    open.emplace_back(server.port());
    open.back().send(request("GET /b/wait?" + gate.path() + " HTTP/1.1"));
    visits.push_back(gate.next());
  }
  crash(server, "/c/null");
  for (RawClient& client : open) EXPECT_EQ(client.read_response().status, 0);
  EXPECT_TRUE(holds(server.wait_for_line(" ended: killed by SIGSEGV"),
                    "; 4 exchanges were open in it"));
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
}

TEST_F(Crashes, InCreateAreLoggedWithTheSymbol) {
  const Outcome outcome =
      ServerProcess::run({"-b", "127.0.0.1:0", test_app("crasher", "bad")});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_TRUE(holds(outcome.err, "crash of the check process: SIGSEGV, address 0x0"));
  EXPECT_TRUE(holds(outcome.err, "in create() of " + test_app("crasher", "bad")));
  EXPECT_TRUE(holds(outcome.err, "write_to_nowhere()+0x"));
}

TEST_F(Crashes, TooManyTakeTheAppOutOfServiceAndNoOther) {
  ServerProcess server = start(folder_, {"-w", "2", "--crash-limit", "2"});
  crash(server, "/c/null");
  EXPECT_EQ(get(server.port(), "/c/ok").body, "served");
  crash(server, "/c/null");
  server.wait_for_line(test_app("crasher") + " (version ");
  server.wait_for_line("is out of service: it crashed 2 times within 60 s");
  for (int i = 0; i < 8; ++i) {
    const Response refused = get(server.port(), "/c/ok");
    ASSERT_EQ(refused.status, 503);
    ASSERT_EQ(refused.field("retry-after"), "60");
    ASSERT_EQ(get(server.port(), "/?on").body, "on");
    ASSERT_EQ(get(server.port(), "/b/ok").body, "served");
  }
}

TEST_F(Crashes, AnyNumberIsAllowedWithoutALimit) {
  ServerProcess server = start(folder_, {"-w", "3", "--crash-limit", "0"});
  for (int i = 0; i < 6; ++i) crash(server, "/c/null");
  EXPECT_EQ(get(server.port(), "/c/ok").body, "served");
  EXPECT_EQ(server.count_lines("is out of service"), 0U);
}

TEST_F(Crashes, AReloadWithAnotherVersionBringsTheAppBack) {
  const std::string module = folder_.path() + "/app.so";
  folder_.install(test_app_file("crasher"), "app.so");
  ServerProcess server({"-w", "1", "--crash-limit", "1", module});
  crash(server, "/null");
  server.wait_for_line("is out of service: ");
  EXPECT_EQ(get(server.port(), "/ok").status, 503);
  server.signal(SIGHUP);  // the same version
  server.wait_for_line(said::kReloaded);
  EXPECT_EQ(get(server.port(), "/ok").status, 503);
  folder_.install(test_app_file("nonce"), "app.so");
  server.signal(SIGHUP);
  server.wait_for_line("is in service again");
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
  folder_.install(test_app_file("crasher"), "app.so");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded, 3);
  EXPECT_EQ(get(server.port(), "/ok").body, "served");
}

TEST_F(Crashes, SignalsFromOutsideCountAgainstNobody) {
  Gate gate;
  ServerProcess server = start(folder_, {"-w", "1", "--crash-limit", "1"});
  server.wait_for_line(said::kWorkerReady);
  RawClient client(server.port());
  client.send(request("GET /c/wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  server.signal(server.workers().at(0), SIGSEGV);
  EXPECT_EQ(client.read_response().status, 0);
  EXPECT_TRUE(holds(server.wait_for_line("SIGSEGV, sent by process "),
                    "sent by process " + std::to_string(::getpid())));
  server.wait_for_line(": GET /c/wait?");  // where it stood, all the same
  EXPECT_EQ(get(server.port(), "/c/ok").body, "served");
  EXPECT_EQ(server.count_lines("is out of service"), 0U);
}

TEST_F(Crashes, OfAKilledWorkerItIsSaidWhatWasOpen) {
  Gate gate;
  ServerProcess server = start(folder_, {"-w", "1"});
  server.wait_for_line(said::kWorkerReady);
  RawClient client(server.port());
  client.send(request("GET /c/wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  server.signal(server.workers().at(0), SIGKILL);
  EXPECT_EQ(client.read_response().status, 0);
  EXPECT_TRUE(holds(server.wait_for_line("open in worker 1: "),
                    "1 of " + test_app("crasher") + " (version "));
}

class Stalls : public Crashes {};

TEST_F(Stalls, AreLoggedWithTheirRequestAndTheirStackAndDisturbNobody) {
  Gate gate;
  ServerProcess server = start(folder_, {"-w", "1", "--event-stall", "100ms"});
  RawClient client(server.port());
  client.send(request("GET /c/wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  EXPECT_TRUE(holds(server.wait_for_line("stall of worker 1 (pid "),
                    "on its I/O thread, in " + test_app("crasher")));
  server.wait_for_line(": GET /c/wait?");
  server.wait_for_line("crasher.so (anonymous namespace)::call(");
  visit.release();
  EXPECT_EQ(client.read_response().body, "served");
  EXPECT_EQ(server.count_lines(", request id "), 1U);  // once
  EXPECT_EQ(server.count_lines(" ended: "), 0U);
}

TEST_F(Stalls, AreNotLookedForWhereNobodyWantsIt) {
  Gate gate;
  ServerProcess server =
      start(folder_, {"-w", "1", "--event-stall", "0", "--timeout", "1s"});
  RawClient client(server.port());
  client.send(request("GET /c/wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  server.wait_for_line("is stuck: its I/O thread is away for ");
  EXPECT_EQ(server.count_lines("stall of worker"), 0U);
}

TEST_F(Stalls, PastTheTimeoutReplaceTheWorkerAndSayWhereItStood) {
  for (const std::string workers : {"1", "2"}) {
    SCOPED_TRACE(workers);
    ServerProcess server =
        start(folder_, {"-w", workers, "--timeout", "500ms", "--crash-limit", "1"});
    const auto count = std::stoul(workers);
    server.wait_for_line(said::kWorkerReady, count);
    RawClient client(server.port());
    client.send(request("GET /c/spin HTTP/1.1"));
    server.wait_for_line("is stuck: its I/O thread is away for ");
    server.wait_for_line(said::kWorkerReady, count + 1);
    EXPECT_EQ(client.read_response().status, 0);
    EXPECT_TRUE(holds(server.wait_for_line("end of worker "),
                      "SIGABRT, sent by process " + std::to_string(server.pid())));
    server.wait_for_line(": GET /c/spin, request id ");
    server.wait_for_line("spin_for_ever()");
    EXPECT_EQ(get(server.port(), "/?on").body, "on");
    EXPECT_EQ(get(server.port(), "/c/ok").body, "served");  // it did not crash
  }
}

class LateCalls : public Crashes {};

TEST_F(LateCalls, AreAnsweredForAndLoggedWithTheStackOfTheirThread) {
  Gate gate;
  ServerProcess server =
      start(folder_, {"-w", "1", "--threads", "2", "--timeout", "200ms"});
  RawClient client(server.port());
  client.send(request("GET /b/wait?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  const Response late = client.read_response();
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(late.field("connection"), "close");
  EXPECT_TRUE(client.read_until_close().empty());
  server.wait_for_line("runs past its timeout");
  EXPECT_TRUE(holds(server.wait_for_line("stall of worker 1 (pid "),
                    "on a thread of its pool, in " + test_app("crasher", "blocking")));
  server.wait_for_line("crasher.so (anonymous namespace)::call(");
  server.wait_for_access_line(" HTTP/1.1\" 504 ");
  EXPECT_EQ(get(server.port(), "/b/ok").body, "served");
  visit.release();
  EXPECT_EQ(get(server.port(), "/?on").body, "on");
  EXPECT_EQ(server.count_lines(" HTTP/1.1\" 499 ", ServerProcess::Stream::Out), 0U);
  EXPECT_EQ(server.count_lines("another worker takes its place"), 0U);
}

TEST_F(LateCalls, ThatHaveBegunTheirAnswerAreLeftToTheirClient) {
  Gate gate;
  ServerProcess server(
      {"-w", "1", "--threads", "2", "--timeout", "200ms", test_app("slow")});
  RawClient client(server.port());
  client.send(request("GET /wait-after-start?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  server.wait_for_line("runs past its timeout");
  visit.release();
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "first last");
}

TEST_F(LateCalls, ThatHoldAllThreadsReplaceTheWorker) {
  Gate gate;
  ServerProcess server = start(folder_, {"-w", "1", "--threads", "1", "--timeout",
                                         "200ms", "--graceful-timeout", "1s"});
  RawClient client(server.port());
  client.send(request("GET /b/wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  RawClient behind(server.port());
  behind.send(request("GET /b/ok HTTP/1.1"));
  EXPECT_EQ(behind.read_response().status, 503);  // no thread was free in its time
  EXPECT_EQ(client.read_response().status, 504);
  server.wait_for_line(" are past the timeout; another worker takes its place");
  server.wait_for_line(said::kWorkerReady, 2);
  // The stuck one takes what is queued when it is told to go, and gives it 503.
  EXPECT_TRUE(eventually([&] { return get(server.port(), "/b/ok").body == "served"; }));
  EXPECT_EQ(server.count_lines("takes its place"), 1U);
}

}  // namespace
}  // namespace appserver::testing
