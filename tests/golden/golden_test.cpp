// Binaries of the current draft, built long ago: what they were promised still holds.
// When one of these goes red the ABI has changed, and its draft number must.
#include <filesystem>

#include <gateway/gateway.h>

#include "support/expect.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

const std::string kFolder =
    APPSERVER_SOURCE_FOLDER "/tests/golden/draft-" + std::to_string(GW_ABI_DRAFT);

std::string golden(const std::string& file, const std::string& callable = "app") {
  return kFolder + "/" + file + ":" + callable;
}

ServerProcess serve_golden(const std::string& file) {
  return ServerProcess({"--single-process", golden(file)});
}

TEST(Golden, TheDraftHasItsPlugins) {
  for (const char* file : {"golden_c.so", "golden_cpp.so", "golden_rust.so"}) {
    EXPECT_TRUE(std::filesystem::exists(kFolder + "/" + file))
        << kFolder << "/" << file << ": a new draft needs tests/golden/build.sh";
  }
}

TEST(Golden, CIsToldItsRequest) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/m", golden("golden_c.so"), "config: {a: 1}"}}));
  const ServerProcess server({"--single-process", "-c", file});
  RawClient client(server.port());
  client.send(
      "POST /m/a%20b?q=1 HTTP/1.1\r\nHost: shop.example\r\nContent-Type: text/x\r\n"
      "X-One: 1\r\nX-One: 2\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(client.read_response().body,
            "POST|/m|/a b|q=1|/m/a%20b?q=1|HTTP/1.1|http|shop.example|127.0.0.1|text/x|"
            "app|{\"a\":1}|host=shop.example|content-type=text/x|x-one=1|x-one=2|"
            "content-length=2|2|0|1|1|1");
}

TEST(Golden, CAnswersWithHeadsSourcesAndFailures) {
  auto server = serve_golden("golden_c.so");
  const Response heads = get(server.port(), "/heads");
  EXPECT_EQ(heads.status, 201);
  EXPECT_EQ(heads.body, "-3 -9 0");
  EXPECT_EQ(post(server.port(), "/echo", std::string(100'000, 'x')).body,
            std::string(100'000, 'x'));
  EXPECT_EQ(get(server.port(), "/fails").status, 500);
  server.wait_for_line("golden failure");
  EXPECT_EQ(get(server.port(), "/seen").body, "closed0 ");
}

TEST(Golden, CUsesWhatBelongsToAnExchange) {
  const TempFolder folder;
  const std::string file = folder.write("ten", "0123456789");
  const auto server = serve_golden("golden_c.so");
  RawClient client(server.port());
  client.send(request("GET /extras HTTP/1.1", "TE: trailers\r\nConnection: close\r\n"));
  const std::string answer = client.read_until_close();
  EXPECT_TRUE(answer.starts_with(
      "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_TRUE(holds(answer, "0 0 1 0 0 0\r\n0\r\nx-sum: 7\r\n\r\n"));
  EXPECT_EQ(get(server.port(), "/file?" + file).body, "23456");
  EXPECT_TRUE(sees(server, "room0 dropped0 "));
}

TEST(Golden, CAnswersLaterFromItsThreadAndATimer) {
  auto server = serve_golden("golden_c.so");
  EXPECT_EQ(post(server.port(), "/later", "abcdef").body,
            "thread0 posted1 peek6 consume0 room1 timer1 cancelled0 ");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(Golden, CIsALayer) {
  const TempFolder folder;
  const std::string app = golden("golden_c.so");
  const std::string layer = "middleware: [\"" + golden("golden_c.so", "layer") + "\"]";
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", app}, {"/around", app, layer}}));
  const ServerProcess server({"--single-process", "-c", file});
  const Response response = post(server.port(), "/around/echo", "hello");
  EXPECT_EQ(response.field("x-golden"), "layer");
  EXPECT_EQ(response.body, "<!ello><>");
  EXPECT_TRUE(sees(server, "layer0 "));
}

TEST(Golden, CHasAWebSocket) {
  const auto server = serve_golden("golden_c.so");
  RawClient client = open_ws(server, "/websocket");
  client.send(ws_frame(kText, "hello"));
  EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  end_ws(client, 3000);
  EXPECT_TRUE(sees(server, "asked1 ended3000 "));
}

TEST(Golden, CppEchoes) {
  const auto server = serve_golden("golden_cpp.so");
  for (const std::size_t size : {0U, 5U, 100'000U}) {
    const std::string body(size, 'x');
    EXPECT_EQ(post(server.port(), "/", body).body, body);
  }
}

TEST(Golden, RustGreets) {
  const auto server = serve_golden("golden_rust.so");
  EXPECT_EQ(get(server.port(), "/").body, "Hello, world!\n");
}

}  // namespace
}  // namespace appserver::testing
