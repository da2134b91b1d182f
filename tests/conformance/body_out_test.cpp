// Answers' bodies (rules O).
#include "recorded.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

TEST(Conformance, GwO1WrittenBytesAreSentOrKept) {
  for (const auto& [app, callable] : {std::pair{"big", "app"}, {"sources", "app"}}) {
    const auto server = serve(app, callable);
    const std::string target =
        std::string(app) == "big" ? "/3000000" : "/pieces/1000/3000";
    const Response response = get(server.port(), target);
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body.size(), 3'000'000U);
  }
}

TEST(Conformance, GwO1FirstBytesOfAnEventAppAreTakenWhole) {
  const auto server = serve("big", "once");
  for (const std::string target : {"/16384", "/sized/16384"}) {
    EXPECT_EQ(get(server.port(), target).body.size(), 16384U);
    EXPECT_EQ(get(server.port(), "/taken").body, "16384");
  }
}

TEST(Conformance, GwO2FlushedBytesLeaveWhileTheAppGoesOn) {
  Gate gate;
  const auto server = serve("slow");
  RawClient client(server.port());
  client.send(request("GET /wait-after-start?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  const Deadline deadline;
  while (client.leftover().find("first ") == std::string::npos && !deadline.is_over()) {
    client.peek(client.leftover().size() + 1);
  }
  EXPECT_TRUE(holds(client.leftover(), "first "));
  visit.release();
  EXPECT_EQ(client.read_response().body, "first last");
}

TEST(Conformance, GwO3BytesAreOpaque) {
  std::string all;
  for (int i = 0; i < 1024; ++i) all += static_cast<char>(i % 256);
  all += "\r\n0\r\n\r\n\n\r";
  for (const std::string app : {"nonce", "blocking_echo", "buffered_echo"}) {
    const auto server = serve(app);
    EXPECT_EQ(post(server.port(), "/", all).body, all) << app;
  }
}

TEST(Conformance, GwO4EmptyWritesEndNothing) {
  const auto server = serve("big");
  const Response response = get(server.port(), "/empty-writes");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body, "onetwothree");
}

TEST(Conformance, GwO5NoMoreThanTheLengthGoesOut) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("lies_about_length", kind);
    for (const std::string path : {"/long", "/long-in-two", "/long-source"}) {
      SCOPED_TRACE(kind + path);
      RawClient client(server.port());
      client.send(request("GET " + path + " HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_TRUE(response.status == 500 || response.body.size() <= 5);
      EXPECT_TRUE(client.leftover().empty());
      EXPECT_EQ(get(server.port(), "/seen").body, "-8");  // GW_E_TOOBIG
    }
  }
}

TEST(Conformance, GwO6LessThanTheLengthIsNoGoodAnswer) {
  for (const std::string& kind : kKinds) {
    auto server = serve("lies_about_length", kind);
    for (const std::string path : {"/short", "/short-source"}) {
      SCOPED_TRACE(kind + path);
      const Response response = get(server.port(), path);
      EXPECT_TRUE(response.status == 500 || !response.complete);
      server.wait_for_line(path);
    }
  }
}

TEST(Conformance, GwO7WithoutALengthItIsComputedOrChunkedOrClosed) {
  const auto server = serve("sources");
  const Response small = get(server.port(), "/pieces/1/10");
  EXPECT_EQ(small.body.size(), 10U);
  const Response large = get(server.port(), "/pieces/40/60000");
  EXPECT_TRUE(large.chunked);
  EXPECT_EQ(large.body.size(), 40U * 60000U);
  const Response declared = get(server.port(), "/length/40/60000");
  EXPECT_EQ(declared.field("content-length"), "2400000");
  EXPECT_FALSE(declared.chunked);
  EXPECT_TRUE(declared.complete);
  const auto whole = serve("nonce");
  EXPECT_EQ(get(whole.port(), "/?abc").field("content-length"), "3");
  RawClient old(server.port());
  old.send("GET /pieces/40/60000 HTTP/1.0\r\n\r\n");
  const Response closed = old.read_response();
  EXPECT_TRUE(closed.ended_by_close);
  EXPECT_EQ(closed.body.size(), 40U * 60000U);
}

TEST(Conformance, GwO8TransferCodingsAreTheServers) {
  const auto server = serve("injects_newline");
  EXPECT_EQ(post(server.port(), "/", "transfer-encoding=chunked").body, "refused -9");
}

TEST(Conformance, GwO9HeadSendsNoBodyWhateverTheAppWrites) {
  for (const auto& [app, target] : {std::pair{"big", "/100000"},
                                    {"sources", "/pieces/10/1000"},
                                    {"sources", "/length/10/1000"},
                                    {"nonce", "/?abc"}}) {
    SCOPED_TRACE(app + std::string(target));
    const auto server = serve(app);
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
      client.send(request("HEAD " + std::string(target) + " HTTP/1.1"));
      ASSERT_EQ(client.read_response(true).status, 200);
    }
    client.send(
        request("HEAD " + std::string(target) + " HTTP/1.1", "Connection: close\r\n"));
    EXPECT_EQ(client.read_response(true).status, 200);
    EXPECT_TRUE(client.expect_closed()) << client.leftover().substr(0, 100);
  }
}

TEST(Conformance, GwO9NoBodyFollows204And304) {
  const auto server = serve("injects_newline");
  for (const char* status : {"204", "304"}) {
    RawClient client(server.port());
    client.send(request("GET /?" + std::string(status) + " HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(std::to_string(response.status), status);
    EXPECT_FALSE(response.has("transfer-encoding"));
    client.send(request("GET / HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "taken") << status;
  }
  RawClient client(server.port());
  client.send(request("GET /?204 HTTP/1.1"));
  EXPECT_FALSE(client.read_response().has("content-length"));  // RFC 9110 8.6
}

TEST(Conformance, GwO10GoodLengthsArePassedOn) {
  const auto server = serve("sources");
  for (const auto& [target, size] : {std::pair{"/length/0/0", 0U},
                                     {"/length/1/1", 1U},
                                     {"/length/7/40000", 280'000U}}) {
    const Response response = get(server.port(), target);
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body.size(), size);
    EXPECT_EQ(response.field("content-length"), std::to_string(size));
  }
}

/// One source, opened and ended in one way; /closed must tell of exactly one close.
void expect_closed_once(const std::string& target, const std::string& reason,
                        bool disconnect) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind + " " + target);
    const auto server = serve("sources", kind);
    if (disconnect) {
      RawClient client(server.port());
      client.send(request("GET " + target + " HTTP/1.1"));
      client.peek(1);
      client.reset();
    } else {
      get(server.port(), target);
    }
    const std::string expected = "opened 1, 1 x " + reason;
    EXPECT_TRUE(eventually(
        [&] { return get(server.port(), "/closed").body.starts_with(expected); },
        Deadline{std::chrono::seconds(5)}))
        << get(server.port(), "/closed").body;
    EXPECT_EQ(get(server.port(), "/closed").body.find(','),
              get(server.port(), "/closed").body.rfind(','));
  }
}

TEST(Conformance, GwO11SourceIsClosedOnceOnSuccess) {
  expect_closed_once("/pieces/3/5", "0", false);
  expect_closed_once("/length/30/60000", "0", false);
  expect_closed_once("/pieces/0/0", "0", false);
}

TEST(Conformance, GwO11SourceIsClosedOnceOnError) {
  expect_closed_once("/fail/3/5", "-", false);
  expect_closed_once("/throw/3/5", "-", false);
  expect_closed_once("/overrun", "-", false);
  expect_closed_once("/refused", "-9", false);
}

TEST(Conformance, GwO11SourceIsClosedOnceOnDisconnect) {
  expect_closed_once("/endless", "-5", true);
}

TEST(Conformance, GwO11BothSourcesAreClosedWhenThereAreTwo) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("sources", kind);
    EXPECT_EQ(get(server.port(), "/twice").body, "ppppp");
    const std::string closed = get(server.port(), "/closed").body;
    EXPECT_EQ(closed, "opened 2, 1 x -3, 1 x 0") << kind;
  }
}

TEST(Conformance, GwO11SourceIsClosedOnceForHead) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("sources", kind);
    RawClient client(server.port());
    client.send(request("HEAD /pieces/3/5 HTTP/1.1"));
    EXPECT_EQ(client.read_response(true).status, 200);
    EXPECT_TRUE(matches(get(server.port(), "/closed").body, "opened 1, 1 x -?\\d+"))
        << kind;
  }
}

TEST(Conformance, GwO15WritingToAClosedConnectionIsNotTheServersError) {
  auto server = serve("big");
  RawClient client(server.port());
  client.send(request("GET /1000000000 HTTP/1.1"));
  client.peek(1);
  client.reset();
  EXPECT_TRUE(eventually([&] { return get(server.port(), "/taken").body == "-5"; }));
  server.wait_for_access_line(" 499 ");
  EXPECT_EQ(server.count_lines("ERROR"), 0U);
}

TEST(Conformance, GwO16WriterHasBackPressure) {
  // One write of 60 MB by an event app to a client that reads nothing: little of it is
  // taken.
  const auto server = serve("big", "once");
  for (const std::string target : {"/60000000", "/sized/60000000"}) {
    SCOPED_TRACE(target);
    RawClient client(server.port(), 4096);
    client.send(request("GET " + target + " HTTP/1.1"));
    client.peek(1);
    const std::string taken = get(server.port(), "/taken").body;
    EXPECT_GE(std::stoll(taken), 16384);
    EXPECT_LT(std::stoll(taken), 20'000'000);
  }
}

TEST(Conformance, GwO16MemoryIsBoundedForASlowReader) {
  for (const auto& [app, target] :
       {std::pair{"big", "/100000000"}, {"sources", "/pieces/2000/60000"}}) {
    const auto server = serve(app, "app", {"--threads", "5"});
    const long before = resident_kib(server.pid());
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(server.port(), 4096);
      clients.back().send(request("GET " + std::string(target) + " HTTP/1.1"));
    }
    for (RawClient& client : clients) client.peek(1);
    round_trip(server, "/taken");
    EXPECT_LT(resident_kib(server.pid()) - before, 16 * 1024) << app;
  }
}

// The file is closed by the app when its call returns: the host has its own descriptor.
TEST(Conformance, GwO17APartIsItsBytesAndOutlivesTheDescriptor) {
  const TempFolder folder;
  const std::string file = folder.write("ten", "0123456789");
  const std::string large = folder.write("large", std::string(8'000'000, 'x'));
  for (const std::string& kind : kKinds) {
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/part?" + file + "&3&4").body, "3456");
    EXPECT_EQ(get(server.port(), "/part?" + file + "&7&-1").body, "789");
    EXPECT_EQ(get(server.port(), "/part?" + file + "&7&4").status, 500);
    EXPECT_EQ(get(server.port(), "/whole?" + large).body, std::string(8'000'000, 'x'));
  }
}

TEST(Conformance, GwO18ADataHookSeesTheBytesOfAFile) {
  const TempFolder folder;
  const std::string file = folder.write("text", std::string(1'000'000, 'x'));
  const std::string ten = folder.write("ten", "0123456789");
  for (const std::string& kind : kKinds) {
    const std::string layer = "[\"" + test_app("layers", "upper") + "\"]";
    const std::string mounts = folder.write(
        "a.yaml",
        mounts_file({{"/", test_app("file_sender", kind), "middleware: " + layer}}));
    const ServerProcess server({"--single-process", "-c", mounts});
    const Response whole = get(server.port(), "/whole?" + file);
    EXPECT_TRUE(whole.complete);
    EXPECT_TRUE(whole.body == std::string(1'000'000, 'X')) << whole.body.size();
    EXPECT_EQ(get(server.port(), "/turns?" + ten).body, "<012|345>");
  }
}

TEST(Conformance, GwO19WrittenBytesAndPartsKeepTheirOrder) {
  const TempFolder folder;
  const std::string file = folder.write("ten", "0123456789");
  for (const std::string& kind : kKinds) {
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/turns?" + file).body, "<012|345>");
    EXPECT_EQ(get(server.port(), "/source?" + file).body, "0123456789and a source");
  }
}

}  // namespace
}  // namespace appserver::testing
