// What becomes of an exchange whose layers fail, and of answers that have no body for
// them.
#include <vector>

#include "support/chained.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};

TEST(MiddlewareFault, AHeadHookThatThrowsRefuses) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("mark") + ", " + layer("throws_head") + "]",
                 test_app("layers", kind));
    const Response response = made.ask("/x");
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.field("x-mark"), "{}");
    made.server.wait_for_line("an exception left a head hook: thrown in head");
    EXPECT_TRUE(made.sees("throws-closed-1 mark-closed-1 "));
  }
}

TEST(MiddlewareFault, ADataHookThatThrowsCuts) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("mark") + ", " + layer("throws_data") + "]",
                 test_app("layers", kind));
    RawClient client(made.server.port());
    client.send(request("GET /x HTTP/1.1"));
    EXPECT_FALSE(client.read_response().complete);
    made.server.wait_for_line("an exception left a data hook: thrown in data");
    EXPECT_TRUE(made.sees("throws-closed-1 mark-closed-1 "));
  }
}

TEST(MiddlewareFault, AnInputHookThatThrowsIsAFailedRead) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("throws_input") + "]", test_app("layers", kind));
    EXPECT_EQ(post(made.server.port(), "/", "body").status, 500U);
    made.server.wait_for_line("an exception left an input hook: thrown in input");
  }
}

TEST(MiddlewareFault, ACloseThatThrowsKeepsNoOtherFromItsOwn) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    Chained made("[" + layer("mark") + ", " + layer("throws_close") + "]",
                 test_app("layers", kind));
    EXPECT_EQ(made.ask("/x").body, "hello /x");
    made.server.wait_for_line("an exception left a layer's close(): thrown in close");
    EXPECT_TRUE(made.sees("mark-closed0 "));
  }
}

TEST(MiddlewareFault, ASerialLayerMakesTheChainSerial) {
  Gate gate;
  const Chained made("[" + layer("serial_mark") + "]",
                     test_app("serial_probe", "parallel"), "threads: 4\n");
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(made.server.port());
    clients.back().send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  }
  for (int i = 0; i < 3; ++i) gate.next().release();
  for (RawClient& client : clients) {
    const Response response = client.read_response();
    EXPECT_EQ(response.body, "no");  // GW_MULTITHREAD
    EXPECT_EQ(response.field("x-mark"), "{}");
  }
  EXPECT_EQ(made.ask("/max").body, "1");
}

TEST(MiddlewareFault, ASourceWithoutABodyIsClosedOnce) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("mark") + ", " + layer("upper") + "]",
                       test_app("sources", kind));
    RawClient client(made.server.port());
    client.send(request("HEAD /pieces/10/10 HTTP/1.1"));
    const Response head = client.read_response(true);
    EXPECT_EQ(head.field("x-mark"), "{}");
    client.send(request("GET /unsent/10/10 HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 304U);
    client.send(request("GET /closed HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "OPENED 2, 2 X 0");
    EXPECT_EQ(times(made.ask("/seen").body, "last"), 1U);  // of the third alone
  }
}

TEST(MiddlewareFault, AFileWithoutABodyCostsNothing) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const TempFolder folder;
    const std::string file = folder.write("ten", "0123456789");
    const Chained made("[" + layer("mark") + ", " + layer("upper") + "]",
                       test_app("file_sender", kind));
    RawClient client(made.server.port());
    client.send(request("HEAD /whole?" + file + " HTTP/1.1"));
    EXPECT_EQ(client.read_response(true).field("content-length"), "10");
    client.send(request("GET /no-content?" + file + " HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 204U);
    EXPECT_EQ(times(made.ask("/seen").body, "last"), 0U);
  }
}

TEST(MiddlewareFault, AFileSentByADataHookIsRefusedAndTheBytesGoOn) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("file_in_data") + "]", test_app("layers", kind));
    RawClient client(made.server.port());
    client.send(request("GET /x HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body, "hello /x");
    EXPECT_TRUE(made.sees("sent-3 file-in-data-closed0 "));  // GW_E_STATE
  }
}

// Parts that no one piece could hold, each with bytes before it, in turns.
TEST(MiddlewareFault, LargePartsOfADetachedAppPassInTheirOrder) {
  const TempFolder folder;
  const std::string file = folder.write("large", std::string(3'000'000, 'x'));
  const std::string part(3'000'000, 'X');
  const std::string wanted = "0" + part + "1" + part + "2" + part + "3" + part;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("upper") + "]", test_app("file_sender", kind));
    RawClient client(made.server.port(), 4096);
    client.send(request("GET /later?" + file + " HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(response.body == wanted) << response.body.size();
    EXPECT_EQ(made.ask("/told").body, "");  // no code but GW_OK
  }
}

TEST(MiddlewareFault, BytesBehindALargePartAreTakenWhole) {
  const TempFolder folder;
  const std::string file = folder.write("large", std::string(3'000'000, 'x'));
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const Chained made("[" + layer("upper") + "]", test_app("file_sender", kind));
    RawClient client(made.server.port(), 4096);
    client.send(request("GET /many?" + file + "&17 HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_TRUE(response.complete);
    const bool is_full = kind == "app";  // 16 parts, and a word
    const std::string rest =
        is_full ? std::string(15, 'X') + "FULL" : std::string(16, 'X') + "ALL";
    EXPECT_TRUE(response.body == std::string(3'000'000, 'X') + rest)
        << response.body.size();
  }
}

TEST(MiddlewareFault, AFileThatBecomesShorterCuts) {
  const TempFolder folder;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const std::string file = folder.write("large", std::string(8'000'000, 'x'));
    Chained made("[" + layer("upper") + "]", test_app("file_sender", kind));
    RawClient client(made.server.port(), 4096);
    client.send(request("GET /whole?" + file + " HTTP/1.1"));
    client.peek(100);
    folder.write("large", "short");
    EXPECT_FALSE(client.read_response().complete);
    EXPECT_TRUE(made.sees("upper-closed-1 "));
  }
}

}  // namespace
}  // namespace appserver::testing
