// Interim answers, trailers both ways, clean-up, and the notice that the client left:
// literal bytes.
#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};
constexpr std::string_view kHint =
    "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n";

std::string all_of(const ServerProcess& server, const std::string& bytes) {
  RawClient client(server.port());
  client.send(bytes);
  return client.read_until_close();
}

std::string closing(const std::string& line, const std::string& fields = "") {
  return request(line, "Connection: close\r\n" + fields);
}

TEST(Informational, HintsLeaveBeforeTheHead) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    const std::string two = all_of(server, closing("GET /hints HTTP/1.1"));
    const std::string hints = std::string(kHint) + std::string(kHint);
    EXPECT_EQ(two.substr(0, hints.size()), hints);
    EXPECT_EQ(two.substr(hints.size(), 15), "HTTP/1.1 200 OK");
    EXPECT_TRUE(holds(two, "\r\n\r\n0 0 "));
    const std::string one = all_of(server, closing("GET /hints-behind-head HTTP/1.1"));
    EXPECT_EQ(one.substr(0, kHint.size()), kHint);
    EXPECT_TRUE(holds(one, "\r\n\r\n0 "));
  }
}

TEST(Informational, NoHintsForHttp10AndNoneBehindTheHead) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    const std::string old = all_of(server, "GET /hints HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_TRUE(holds(old, "\r\n\r\n0 0 "));
    EXPECT_EQ(get(server.port(), "/hints-late").body, "begun -4 ");
  }
}

TEST(Informational, RefusesWhatIsNoInterimAnswer) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    EXPECT_EQ(get(server.port(), "/hints-bad").body, "-2 -2 -2 -9 -9 -9 ");
  }
}

TEST(Trailers, AreAnnouncedAndSentToWhoAsked) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    const std::string answer =
        all_of(server, closing("GET /trailers HTTP/1.1", "TE: trailers\r\n"));
    EXPECT_TRUE(holds(answer, "\r\nTrailer: X-Sum, x-other\r\n"));
    EXPECT_TRUE(holds(answer, "body "));
    EXPECT_TRUE(holds(answer, "0 0 -9"));
    const std::string end = "\r\n0\r\nX-Sum: abc\r\nx-other: 1\r\n\r\n";
    ASSERT_GT(answer.size(), end.size());
    EXPECT_EQ(answer.substr(answer.size() - end.size()), end);
    EXPECT_TRUE(sees(server, "after-3"));
  }
}

TEST(Trailers, MayBeSetWhenTheHeadHasLeft) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    const std::string answer =
        all_of(server, closing("GET /trailers-late HTTP/1.1", "TE: trailers\r\n"));
    EXPECT_EQ(answer.find("Trailer:"), std::string::npos);
    EXPECT_TRUE(holds(answer, "\r\n0\r\nx-sum: abc\r\n\r\n"));
  }
}

TEST(Trailers, AreRefusedWhereNobodyAskedOrTheyHaveNoPlace) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    EXPECT_TRUE(holds(get(server.port(), "/trailers").body, "body -11 -11 -11"));
    const std::string old =
        all_of(server, "GET /trailers HTTP/1.0\r\nTE: trailers\r\n\r\n");
    EXPECT_TRUE(holds(old, "-11 -11"));
  }
}

TEST(Trailers, OfTheRequestAreThereBehindItsBody) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    const std::string head =
        "POST /received HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string body =
        "5\r\nhello\r\n0\r\nX-Sum:  abc \r\nContent-Length: 7\r\nx-b:\r\n\r\n";
    RawClient client(server.port());
    client.send(head + body);
    const std::string before = "-3 0 ";
    EXPECT_EQ(client.read_response().body, before + "hello x-sum=abc x-b=");
    client.send_in_pieces(head + body, 1);
    EXPECT_EQ(client.read_response().body, before + "hello x-sum=abc x-b=");
    client.send(head + "0\r\n\r\n");
    EXPECT_EQ(client.read_response().body, before);
  }
}

TEST(CleanUp, RunsOnceLastFirstWithTheReason) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("extras", kind);
    EXPECT_EQ(get(server.port(), "/answers").body, "cleaned");
    EXPECT_TRUE(sees(server, "room0 first0 -other -user "));
    EXPECT_EQ(get(server.port(), "/fails").status, 500U);
    EXPECT_TRUE(sees(server, "-user room-1 first-1 -other -user "));
    EXPECT_FALSE(get(server.port(), "/cut").complete);
    EXPECT_EQ(get(server.port(), "/answers").body, "cleaned");
    EXPECT_TRUE(sees(server, "-user room-1 first-1 -other -user room0 first0 "));
  }
}

TEST(CleanUp, AnAppThatComputesLearnsThatItsClientHasLeft) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Gate gate;
    auto server = serve("extras", kind);
    RawClient client(server.port());
    client.send(request("GET /until-gone?" + gate.path() + " HTTP/1.1"));
    Visit visit = gate.next();
    client.close();
    visit.release();
    EXPECT_TRUE(sees(server, "gone room-5 first-5"));
    server.wait_for_access_line("\" 499 ");
  }
}

}  // namespace
}  // namespace appserver::testing
