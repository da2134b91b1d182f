// Answers that come later: posts from other threads, notices, timers, and what becomes
// of them when the client, the deadline or the server ends the exchange first.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};

std::string seen(const ServerProcess& server) {
  return get(server.port(), "/seen").body;
}

TEST(Async, APostFromAThreadAnswers) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    EXPECT_FALSE(client.has_news());
    visit.release();
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body, "posted");
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(sees(server, "cancelled0 complete0"));
  }
}

TEST(Async, NobodyWaitsForADetachedExchange) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind, {"--threads", "1"});
    std::vector<RawClient> clients;
    std::vector<Visit> visits;
    for (int i = 0; i < 5; ++i) {
      clients.emplace_back(server.port());
      clients.back().send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    }
    for (int i = 0; i < 5; ++i) visits.push_back(gate.next());
    EXPECT_EQ(get(server.port(), "/seen").status, 200U);
    visits.clear();
    for (RawClient& client : clients) EXPECT_EQ(client.read_response().body, "posted");
  }
}

TEST(Async, WrittenBytesLeaveWhileItIsDetached) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /stream?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    while (client.leftover().find("first ") == std::string::npos) {
      client.peek(client.leftover().size() + 1);
    }
    visit.release();
    EXPECT_EQ(client.read_response().body, "first posted");
  }
}

TEST(Async, PostsRunInTheirOrder) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    std::string all;
    for (int i = 1; i <= 500; ++i) all += std::to_string(i) + "\n";
    EXPECT_EQ(get(server.port(), "/many?500").body, all);
  }
}

TEST(Async, OneConnectionKeepsItsOrderAndItsPlace) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1") +
                request("GET /many?3 HTTP/1.1") + request("GET /complete HTTP/1.1"));
    Visit visit = gate.next();
    EXPECT_FALSE(client.has_news());
    visit.release();
    EXPECT_EQ(client.read_response().body, "posted");
    EXPECT_EQ(client.read_response().body, "1\n2\n3\n");
    const Response last = client.read_response();
    EXPECT_EQ(last.status, 200U);
    EXPECT_EQ(last.body, "");
    client.send(request("GET /many?1 HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "1\n");
  }
}

TEST(Async, CompletingIsWhatReturningWouldHaveBeen) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    EXPECT_EQ(get(server.port(), "/complete").status, 200U);
    EXPECT_EQ(get(server.port(), "/fails").status, 500U);
    EXPECT_EQ(get(server.port(), "/call-fails").status, 500U);
    EXPECT_EQ(get(server.port(), "/twice").body, "posted");
    EXPECT_TRUE(holds(seen(server), "second-refused"));
  }
}

TEST(Async, CompletingTwiceIsRefused) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    EXPECT_EQ(get(server.port(), "/complete-twice").status, 200U);
    EXPECT_TRUE(sees(server, "complete0 again-3"));
  }
}

TEST(Async, AForgottenExchangeIsAFailure) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    EXPECT_EQ(get(server.port(), "/forgotten").status, 500U);
  }
}

TEST(Async, AnExchangeThatIsNeverAnsweredGets504AtItsDeadline) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("detached", kind, {"--timeout", "300ms"});
    RawClient client(server.port());
    client.send(request("GET /never HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 504U);
    server.wait_for_line("/never");
    EXPECT_TRUE(holds(server.text(ServerProcess::Stream::Err), "did not answer"));
  }
}

TEST(Async, AStreamMayLastLongerThanTheDeadline) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind, {"--timeout", "100ms"});
    RawClient client(server.port());
    client.send(request("GET /stream?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    RawClient other(server.port());
    other.send(request("GET /never HTTP/1.1"));
    EXPECT_EQ(other.read_response().status, 504U);  // so much time has passed
    visit.release();
    EXPECT_EQ(client.read_response().body, "first posted");
  }
}

TEST(Async, ALatePostIsRefusedWhenTheClientHasLeft) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    client.reset();
    server.wait_for_access_line("\" 499 ");
    visit.release();
    EXPECT_TRUE(sees(server, "cancelled1 post-5"));
  }
}

TEST(Async, AHalfClosedClientIsToldToTheAppAndStillServed) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /cancelled HTTP/1.1"));
    client.half_close();
    EXPECT_EQ(client.read_response().body, "posted");
    EXPECT_TRUE(sees(server, "cancelled1 complete0"));
  }
}

TEST(Async, AnAppThatWaitsForTheEndOfTheClientIsTold) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /until-ended HTTP/1.1"));
    while (client.leftover().find("waiting") == std::string::npos) {
      client.peek(client.leftover().size() + 1);
    }
    client.half_close();
    EXPECT_TRUE(sees(server, "ended-5 complete0"));
  }
}

TEST(Async, ABigAnswerWaitsForRoom) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port(), 4096);
    client.send(request("GET /write?20000000 HTTP/1.1"));
    client.peek(1);
    EXPECT_EQ(get(server.port(), "/seen").status, 200U);
    const Response response = client.read_response();
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body.size(), 20'000'000U);
  }
}

TEST(Async, WhoWaitsForRoomIsToldThatTheClientHasLeft) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port(), 4096);
    client.send(request("GET /write?200000000 HTTP/1.1"));
    client.peek(1);
    client.reset();
    EXPECT_TRUE(sees(server, "complete"));
  }
}

TEST(Async, ABodyIsReadAsItComes) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 250000\r\n\r\n");
    std::string piece(50'000, 'x');
    for (int i = 0; i < 5; ++i) {
      client.send(piece);
      round_trip(server, "/seen");
    }
    EXPECT_EQ(client.read_response().body, "250000");
    client.send(
        "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n");
    round_trip(server, "/seen");
    client.send("3\r\nyou\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_response().body, "8");
    client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(client.read_response().body, "3");
  }
}

TEST(Async, ACutBodyIsToldAsCut) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    client.half_close();
    EXPECT_TRUE(sees(server, "readable"));
  }
}

TEST(Async, ACutBodyIsToldAsCutToWhoDoesNotWait) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(
        "POST /read?nowait HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    client.half_close();
    EXPECT_TRUE(sees(server, "readable0 complete0"));
  }
}

TEST(Async, AWokenSourceIsAskedAgain) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /wake?" + gate.path() + " HTTP/1.1"));
    gate.next().release();
    const Response response = client.read_response();
    EXPECT_EQ(response.body, "woken");
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(sees(server, "closed0"));
  }
}

TEST(Async, ATimerComesInTimeAndACancelledOneNever) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /timer?30 HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "in time");
    EXPECT_TRUE(sees(server, "cancel0 complete0"));
  }
}

TEST(Async, ATimerIsToldThatTheExchangeIsOver) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /timer?3600000 HTTP/1.1"));
    EXPECT_TRUE(sees(server, "cancel0"));
    client.reset();
    EXPECT_TRUE(sees(server, "timer-over"));
  }
}

TEST(Async, NoticesAreForDetachedExchangesOnly) {
  for (const std::string& kind : kKinds) {
    EXPECT_EQ(get(serve("detached", kind).port(), "/state").body, "-3") << kind;
  }
}

TEST(Async, AGracefulStopWaitsForTheAnswer) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    server.signal(SIGTERM);
    server.wait_for_line(said::kDraining);
    visit.release();
    const Response response = client.read_response();
    EXPECT_EQ(response.body, "posted");
    EXPECT_EQ(server.wait_exit(), 0);
  }
}

TEST(Async, AStopThatHasWaitedLongEnoughTellsTheApp) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    auto server = serve("detached", kind, {"--graceful-timeout", "200ms"});
    RawClient client(server.port());
    client.send(request("GET /timer?3600000 HTTP/1.1"));
    EXPECT_TRUE(sees(server, "cancel0"));
    server.signal(SIGTERM);
    server.wait_exit();
    EXPECT_EQ(client.read_until_close(), "");
  }
}

}  // namespace
}  // namespace appserver::testing
