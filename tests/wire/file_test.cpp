// Bodies that come from descriptors (gw.file/1): their bytes, their order and their
// framing, what is refused, and what becomes of them when something goes wrong midway.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

const std::vector<std::string> kKinds = {"app", "blocking"};
constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kLarge = 50 * kMiB;  // more than sockets hold

/// A folder with the files that are sent.
struct Files {
  TempFolder folder;
  std::string ten = folder.write("ten", "0123456789");
  std::string empty = folder.write("empty", "");
  /// Of zeros, and without blocks on the disk.
  std::string large = folder.write("large", "");

  Files() { std::filesystem::resize_file(large, kLarge); }
};

std::string seen(const ServerProcess& server) {
  return get(server.port(), "/seen").body;
}

std::size_t open_descriptors(const ServerProcess& server) {
  const std::filesystem::directory_iterator all("/proc/" +
                                                std::to_string(server.pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

::testing::AssertionResult has_descriptors(const ServerProcess& server,
                                           std::size_t count) {
  eventually([&] {
    round_trip(server, "/seen");
    return open_descriptors(server) <= count;
  });
  const std::size_t now = open_descriptors(server);
  if (now <= count) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << now << " descriptors, not " << count;
}

/// Begins a download of the large file and reads no more than its head.
void begin_download(RawClient& client, const Files& files,
                    const std::string& path = "/whole") {
  client.send(request("GET " + path + "?" + files.large + " HTTP/1.1"));
  client.peek(20);
}

TEST(File, AWholeFileHasItsLength) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {  // and the connection is kept
      client.send(request("GET /whole?" + files.ten + " HTTP/1.1"));
      const Response response = client.read_response();
      EXPECT_EQ(response.field("content-length"), "10");
      EXPECT_FALSE(response.has("transfer-encoding"));
      EXPECT_EQ(response.body, "0123456789");
      EXPECT_TRUE(response.complete);
    }
  }
}

TEST(File, AnEmptyFileIsAnEmptyBody) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    const Response sized = get(server.port(), "/whole?" + files.empty);
    EXPECT_EQ(sized.field("content-length"), "0");
    EXPECT_TRUE(sized.complete);
    const Response unsized = get(server.port(), "/chunked?" + files.empty);
    EXPECT_EQ(unsized.status, 200);
    EXPECT_EQ(unsized.body, "");
    EXPECT_TRUE(unsized.complete);
  }
}

TEST(File, APartIsWhatWasAskedFor) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    const std::string path = "/part?" + files.ten;
    EXPECT_EQ(get(server.port(), path + "&3&4").body, "3456");
    EXPECT_EQ(get(server.port(), path + "&7&-1").body, "789");
    EXPECT_EQ(get(server.port(), path + "&10&0").body, "");
    EXPECT_EQ(get(server.port(), path + "&0&10").body, "0123456789");
    EXPECT_EQ(get(server.port(), path + "&7&4").status, 500);  // one byte too many
  }
}

TEST(File, PartsAndBytesLeaveInTheOrderOfTheCalls) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    const Response response = get(server.port(), "/turns?" + files.ten);
    EXPECT_EQ(response.body, "<012|345>");
    EXPECT_TRUE(response.chunked);
    EXPECT_TRUE(response.complete);
  }
}

TEST(File, ASourceMayFollow) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/source?" + files.ten).body,
              "0123456789and a source");
    const Response large = get(server.port(), "/source?" + files.large);
    EXPECT_EQ(large.body.size(), kLarge + 12);
    EXPECT_TRUE(large.body.ends_with("and a source"));
  }
}

TEST(File, WithoutALengthAPartIsOneChunk) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    for (const std::string path : {"/chunked?", "/flushed?"}) {
      RawClient client(server.port());
      client.send(
          request("GET " + path + files.ten + " HTTP/1.1", "Connection: close\r\n"));
      const std::string all = client.read_until_close();
      EXPECT_TRUE(all.ends_with("\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")) << all;
    }
    const Response large = get(server.port(), "/chunked?" + files.large);
    EXPECT_EQ(large.chunk_sizes, std::vector<std::size_t>{kLarge});
    EXPECT_TRUE(large.complete);
  }
}

TEST(File, AnOldClientGetsItUntilTheEndOfTheConnection) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    client.send("GET /turns?" + files.ten + " HTTP/1.0\r\n\r\n");
    const std::string all = client.read_until_close();
    EXPECT_TRUE(all.ends_with("\r\n\r\n<012|345>")) << all;
  }
}

TEST(File, NothingOfItIsSentWhereThereIsNoBody) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    client.send(request("HEAD /whole?" + files.ten + " HTTP/1.1") +
                request("HEAD /turns?" + files.ten + " HTTP/1.1") +
                request("GET /no-content?" + files.ten + " HTTP/1.1") +
                request("GET /seen HTTP/1.1"));
    EXPECT_EQ(client.read_response(true).field("content-length"), "10");
    EXPECT_TRUE(client.read_response(true).complete);
    const Response none = client.read_response();
    EXPECT_EQ(none.status, 204);
    EXPECT_FALSE(none.has("content-length"));
    EXPECT_EQ(client.read_response().body, "");  // nothing was refused
  }
}

TEST(File, ADeclaredLengthIsKept) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    const Response exact = get(server.port(), "/declared?" + files.ten + "&10");
    EXPECT_EQ(exact.field("content-length"), "10");
    EXPECT_EQ(exact.body, "0123456789");
    // Past it: nothing is taken, so nothing has left, and the host can say so.
    EXPECT_EQ(get(server.port(), "/declared?" + files.ten + "&9").status, 500);
    EXPECT_EQ(get(server.port(), "/declared?" + files.ten + "&11").status, 500);
    EXPECT_TRUE(holds(seen(server), "-8 "));
  }
}

TEST(File, PastTheDeclaredLengthNothingIsTaken) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/too-much?" + files.ten).body, "01234567");
    EXPECT_EQ(seen(server), "0 -8 0 -3 ");
  }
}

TEST(File, OnlyBytesThatARegularFileHasAreTaken) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/refused?" + files.ten).body, "as before");
    EXPECT_EQ(seen(server), "-2 -2 -2 -2 -2 -2 -2 -2 -2 0 ");
  }
}

TEST(File, WhereNoDescriptorIsLeftNothingIsTaken) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/no-descriptor?" + files.ten).body, "as before");
    EXPECT_EQ(seen(server), "-10 ");
    EXPECT_EQ(get(server.port(), "/whole?" + files.ten).body, "0123456789");
  }
}

TEST(File, SixteenPartsWaitAndOneMoreIsTooMany) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    client.send(request("GET /many?" + files.large + "&16 HTTP/1.1"));
    const Response all = client.read_response();
    EXPECT_EQ(all.body.size(), kLarge + 15 + 3);
    EXPECT_TRUE(all.body.ends_with("all"));
    client.send(request("GET /many?" + files.large + "&17 HTTP/1.1"));
    const Response more = client.read_response();
    if (kind == "app") {
      EXPECT_TRUE(more.body.ends_with("full"));
      EXPECT_EQ(seen(server), "-6 ");
    } else {  // waits until there is room
      EXPECT_EQ(more.body.size(), kLarge + 16 + 3);
      EXPECT_TRUE(more.body.ends_with("all"));
    }
  }
}

TEST(File, ManyPartsLeaveInABlockingApp) {
  const Files files;
  const auto server = serve("file_sender", "blocking");
  EXPECT_EQ(get(server.port(), "/many?" + files.large + "&1000").body.size(),
            kLarge + 999 + 3);
}

TEST(File, AnAppThatFailsBeforeItLeftGetsAnAnswerOfTheHost) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    client.send(request("GET /fails?" + files.ten + " HTTP/1.1") +
                request("GET /whole?" + files.ten + " HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 500);
    EXPECT_EQ(client.read_response().body, "0123456789");
  }
}

TEST(File, PipelinedAnswersKeepTheirOrder) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    RawClient client(server.port());
    client.send(request("GET /whole?" + files.large + " HTTP/1.1") +
                request("GET /turns?" + files.ten + " HTTP/1.1") +
                request("GET /whole?" + files.large + " HTTP/1.1") +
                request("GET /part?" + files.ten + "&1&2 HTTP/1.1"));
    EXPECT_EQ(client.read_response().body.size(), kLarge);
    EXPECT_EQ(client.read_response().body, "<012|345>");
    EXPECT_EQ(client.read_response().body.size(), kLarge);
    EXPECT_EQ(client.read_response().body, "12");
  }
}

TEST(File, ADetachedAppSendsPartsInLaterTurns) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/later?" + files.ten).body,
              "00123456789101234567892012345678930123456789");
    RawClient client(server.port());
    client.send(request("GET /later?" + files.large + " HTTP/1.1"));
    const Response large = client.read_response();
    EXPECT_EQ(large.body.size(), 4 * (kLarge + 1));
    EXPECT_TRUE(large.complete);
    client.send(request("GET /whole?" + files.ten + " HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "0123456789");
  }
}

TEST(File, ASlowReaderCostsNoMemoryAndNoThread) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind, {"--threads", "1"});
    EXPECT_EQ(seen(server), "");
    const long before = resident_kib(server.pid());
    std::vector<RawClient> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(server.port(), 4096);
      begin_download(clients.back(), files);
    }
    EXPECT_EQ(get(server.port(), "/whole?" + files.ten).body, "0123456789");
    EXPECT_LT(resident_kib(server.pid()), before + 8 * 1024);
    EXPECT_EQ(clients[3].read_response().body.size(), kLarge);
  }
}

TEST(File, AFileThatBecomesShorterCutsTheConnection) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    for (const std::string path : {"/whole", "/chunked", "/later"}) {
      SCOPED_TRACE(path);
      const Files files;
      auto server = serve("file_sender", kind);
      const std::size_t before = open_descriptors(server);
      RawClient client(server.port(), 4096);
      begin_download(client, files, path);
      std::filesystem::resize_file(files.large, 1000);
      EXPECT_FALSE(client.read_response().complete);
      server.wait_for_line("became shorter");
      EXPECT_TRUE(has_descriptors(server, before));
    }
  }
}

TEST(File, AClientThatLeavesCostsNoDescriptor) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/whole?" + files.ten).body, "0123456789");
    const std::size_t before = open_descriptors(server);
    for (int i = 0; i < 200; ++i) {
      const std::string path = i % 3 == 0 ? "/later" : i % 3 == 1 ? "/whole" : "/many";
      RawClient client(server.port(), 4096);
      client.send(request("GET " + path + "?" + files.large + "&10 HTTP/1.1"));
      client.peek(20);
      if (i % 2 == 0) client.reset();
    }
    EXPECT_TRUE(has_descriptors(server, before));
  }
}

TEST(File, AClientThatTakesNothingIsCutInItsTime) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("file_sender", kind, {"--send-timeout", "300ms"});
    const std::size_t before = open_descriptors(server);
    RawClient client(server.port(), 4096);
    client.send(request("GET /whole?" + files.large + " HTTP/1.1"));
    server.wait_for_access_line(" 499 ");
    EXPECT_TRUE(has_descriptors(server, before));
    EXPECT_FALSE(client.read_response().complete);
  }
}

TEST(File, ItsBytesAreInTheAccessLogWhenTheyHaveLeft) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("file_sender", kind);
    EXPECT_EQ(get(server.port(), "/whole?" + files.large).body.size(), kLarge);
    server.wait_for_access_line(" 200 " + std::to_string(kLarge));
  }
}

TEST(File, AGracefulStopWaitsForIt) {
  const Files files;
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    auto server = serve("file_sender", kind);
    RawClient client(server.port(), 4096);
    begin_download(client, files);
    server.signal(SIGTERM);
    server.wait_for_line(said::kDraining);
    const Response response = client.read_response();
    EXPECT_EQ(response.body.size(), kLarge);
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(client.expect_closed());
    EXPECT_EQ(server.wait_exit(), 0);
  }
}

}  // namespace
}  // namespace appserver::testing
