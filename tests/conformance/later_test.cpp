// Answers that come later, and what belongs to one exchange (rules Y, and those of
// bodies and heads that need an extension).
#include "recorded.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

std::string answer_to(const ServerProcess& server, std::string_view bytes) {
  RawClient client(server.port());
  client.send(bytes);
  return client.read_until_close();
}

TEST(Conformance, GwY1AResponseMayComeFromAnotherThread) {
  for (const std::string& kind : kKinds) {
    Gate gate;
    const auto server = serve("detached", kind);
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    gate.next().release();
    EXPECT_EQ(client.read_response().body, "posted");
    EXPECT_EQ(get(server.port(), "/forgotten").status, 500);
  }
}

TEST(Conformance, GwY2CompletingTwiceOrTooLateIsSaidSo) {
  for (const std::string& kind : kKinds) {
    auto server = serve("detached", kind);
    EXPECT_EQ(get(server.port(), "/complete-twice").status, 200);
    EXPECT_TRUE(sees(server, "complete0 again-3"));
    Gate gate;
    RawClient client(server.port());
    client.send(request("GET /post?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    client.reset();
    server.wait_for_access_line("\" 499 ");
    visit.release();
    EXPECT_TRUE(sees(server, "post-5"));
  }
}

TEST(Conformance, GwS21AHeadMayBeGivenWhenCallHasReturned) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("detached", kind);
    EXPECT_EQ(get(server.port(), "/head-later").body, "head came later");
  }
}

TEST(Conformance, GwS23TrailersGoToWhoAskedForThem) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("extras", kind);
    const std::string asked = answer_to(
        server,
        request("GET /trailers HTTP/1.1", "Connection: close\r\nTE: trailers\r\n"));
    EXPECT_TRUE(holds(asked, "\r\nTrailer: X-Sum, x-other\r\n"));
    EXPECT_TRUE(holds(asked, "\r\n0\r\nX-Sum: abc\r\nx-other: 1\r\n\r\n"));
    const std::string unasked =
        answer_to(server, request("GET /trailers HTTP/1.1", "Connection: close\r\n"));
    EXPECT_TRUE(holds(unasked, "-11 -11 -11"));
    EXPECT_EQ(unasked.find("x-other"), std::string::npos);
  }
}

TEST(Conformance, GwS24EarlyHintsLeaveBeforeTheHeadAnd101IsRefused) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("extras", kind);
    const std::string answer =
        answer_to(server, request("GET /hints HTTP/1.1", "Connection: close\r\n"));
    const std::string hint =
        "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n";
    EXPECT_EQ(answer.substr(0, 2 * hint.size()), hint + hint);
    EXPECT_EQ(answer.substr(2 * hint.size(), 12), "HTTP/1.1 200");
    EXPECT_EQ(get(server.port(), "/hints-bad").body, "-2 -2 -2 -9 -9 -9 ");
  }
}

TEST(Conformance, GwB9AnAppLearnsThatItsClientHasLeftWithoutReading) {
  for (const std::string& kind : kKinds) {
    Gate gate;
    const auto server = serve("extras", kind);
    RawClient client(server.port());
    client.send(request("GET /until-gone?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    client.close();
    visit.release();
    EXPECT_TRUE(sees(server, "gone room-5"));
  }
}

TEST(Conformance, GwB10TrailersOfTheRequestAreThereBehindTheBody) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("extras", kind);
    RawClient client(server.port());
    client.send(
        "POST /received HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n");
    EXPECT_EQ(client.read_response().body, "-3 0 hello x-sum=abc");
  }
}

TEST(Conformance, GwO14CleanUpRunsLastFirstWithTheReason) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("extras", kind);
    EXPECT_EQ(get(server.port(), "/answers").body, "cleaned");
    EXPECT_TRUE(sees(server, "room0 first0 -other -user "));
    EXPECT_EQ(get(server.port(), "/fails").status, 500);
    EXPECT_TRUE(sees(server, "-user room-1 first-1 -other -user "));
  }
}

}  // namespace
}  // namespace appserver::testing
