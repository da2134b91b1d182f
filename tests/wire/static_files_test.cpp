// What the plugin `files` answers through the real server: each kind of request once,
// with its refused twin, and files that change or are taken too slowly while they are
// sent.
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr std::size_t kLarge = 50U << 20U;  // more than sockets hold
const Words kSlowIsCut = {"--send-min-rate", "1g", "--min-rate-grace", "300ms"};

/// No two eights of it are equal.
std::string pattern(std::size_t count) {
  std::string text(count, '-');
  std::uint64_t number = 0x9E37'79B9'7F4A'7C15;
  for (std::size_t at = 0; at + sizeof number <= count; at += sizeof number, ++number) {
    std::memcpy(text.data() + at, &number, sizeof number);
  }
  return text;
}

/// A server of one folder, and the folder.
class Site {
 public:
  explicit Site(const std::string& keys = "", const Words& more = {}) {
    fs::create_directory(folder_ / "root");
    folder_.write("a.yaml", "static:\n  /f: {root: root" +
                                (keys.empty() ? "" : ", " + keys) + "}\n");
    words_ = {"--single-process", "-c", folder_ / "a.yaml"};
    words_.insert(words_.end(), more.begin(), more.end());
  }

  const Site& write(const std::string& name, std::string_view text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    folder_.write("root/" + name, text);
    return *this;
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return folder_ / ("root/" + name);
  }

  [[nodiscard]] const Words& words() const { return words_; }

 private:
  TempFolder folder_;
  Words words_;
};

/// One answer on a connection of its own; `fields` each with its CRLF.
Response ask(const ServerProcess& server, const std::string& target,
             const std::string& fields = "", const std::string& method = "GET") {
  RawClient client(server.port());
  client.send(request(method + " /f" + target + " HTTP/1.1", fields));
  return client.read_response(method == "HEAD");
}

TEST(StaticFiles, AnAnswerHasItsFieldsAndNoOthers) {
  const Site site;
  site.write("a.css", "a {}");
  const fs::file_time_type then = fs::file_time_type::clock::from_sys(
      std::chrono::sys_seconds(std::chrono::seconds(784'111'777)));  // RFC 9110 5.6.7
  fs::last_write_time(site.path("a.css"), then);
  const ServerProcess server(site.words());
  const Response response = ask(server, "/a.css");
  Words names;
  for (const auto& [name, value] : response.fields) names.push_back(name);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-type"), "text/css; charset=utf-8");
  EXPECT_EQ(response.field("content-length"), "4");
  EXPECT_EQ(response.field("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(response.field("accept-ranges"), "bytes");
  EXPECT_EQ(response.field("x-content-type-options"), "nosniff");
  EXPECT_TRUE(matches(response.field("etag"), "\"2ebc98a1\\.0-4-[0-9a-f]+\""));
  EXPECT_EQ(names.size(), 8U) << response.head;  // these, Server and Date
}

TEST(StaticFiles, AConditionThatFailsCostsNoBody) {
  const Site site;
  site.write("a.txt", "0123456789");
  const ServerProcess server(site.words());
  const Response first = ask(server, "/a.txt");
  const std::string etag = first.field("etag"), date = first.field("last-modified");
  EXPECT_EQ(ask(server, "/a.txt", "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(ask(server, "/a.txt", "If-None-Match: \"x\"\r\n").body, "0123456789");
  EXPECT_EQ(ask(server, "/a.txt", "If-Modified-Since: " + date + "\r\n").status, 304);
  EXPECT_EQ(
      ask(server, "/a.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
          .status,
      200);
  EXPECT_EQ(ask(server, "/a.txt", "If-Match: \"x\"\r\n").status, 412);
  EXPECT_EQ(ask(server, "/a.txt", "If-Match: " + etag + "\r\n").status, 200);
  RawClient client(server.port());  // and the connection is kept
  client.send(request("GET /f/a.txt HTTP/1.1", "If-None-Match: " + etag + "\r\n") +
              request("HEAD /f/a.txt HTTP/1.1") + request("GET /f/a.txt HTTP/1.1"));
  EXPECT_EQ(client.read_response().field("etag"), etag);
  EXPECT_EQ(client.read_response(true).field("content-length"), "10");
  EXPECT_EQ(client.read_response().body, "0123456789");
}

TEST(StaticFiles, ARangeIsThatPartOfMemoryOrOfADescriptor) {
  const std::string large = pattern(kLarge);
  const Site site;
  site.write("small", large.substr(0, 1000)).write("large", large);
  const ServerProcess server(site.words());
  for (const auto& [name, size] :
       {std::pair<std::string, std::size_t>("/small", 1000), {"/large", kLarge}}) {
    SCOPED_TRACE(name);
    const std::string all = std::to_string(size);
    const Response part = ask(server, name, "Range: bytes=100-199\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.field("content-range"), "bytes 100-199/" + all);
    EXPECT_EQ(part.body, large.substr(100, 100));
    EXPECT_TRUE(ask(server, name, "Range: bytes=-50\r\n").body ==
                large.substr(size - 50, 50));
    const Response past = ask(server, name, "Range: bytes=" + all + "-\r\n");
    EXPECT_EQ(past.status, 416);
    EXPECT_EQ(past.field("content-range"), "bytes */" + all);
    const Response whole = ask(server, name);
    const std::string tag = whole.field("etag");
    EXPECT_TRUE(whole.body == large.substr(0, size));
    EXPECT_EQ(ask(server, name, "Range: bytes=0-4\r\nIf-Range: " + tag + "\r\n").status,
              206);
    EXPECT_EQ(ask(server, name, "Range: bytes=0-4\r\nIf-Range: \"x\"\r\n").status, 200);
  }
}

/// "bytes=0-9,1000-1009,..."; nine bytes of every thousandth one.
std::string ranges(std::size_t count) {
  std::string text = "Range: bytes=";
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(i * 1000) + "-" +
            std::to_string(i * 1000 + 9);
  }
  return text + "\r\n";
}

TEST(StaticFiles, SixteenRangesAreSentAndOneMoreIsTheWholeFile) {
  const std::string large = pattern(kLarge);
  const Site site;
  site.write("small", large.substr(0, 50'000)).write("large", large);
  const ServerProcess server(site.words());
  for (const std::string name : {"/small", "/large"}) {
    SCOPED_TRACE(name);
    const Response parts = ask(server, name, ranges(16));
    EXPECT_EQ(parts.status, 206);
    EXPECT_TRUE(parts.complete);
    EXPECT_EQ(times(parts.body, "content-range: bytes "), 16U);
    EXPECT_TRUE(holds(parts.body, "content-range: bytes 15000-15009/"));
    EXPECT_TRUE(holds(parts.body, "\r\n\r\n" + large.substr(15000, 10) + "\r\n--"));
    const Response whole = ask(server, name, ranges(17));
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body.size(), name == "/small" ? 50'000 : kLarge);
  }
}

TEST(StaticFiles, HeadOfALargeFileHasItsLengthAlone) {
  const Site site;
  site.write("large", pattern(200'000));
  const ServerProcess server(site.words());
  const Response head = ask(server, "/large", "", "HEAD");
  EXPECT_EQ(head.field("content-length"), "200000");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(ask(server, "/none", "", "HEAD").status, 404);
  EXPECT_EQ(ask(server, "/large", "Content-Length: 0\r\n", "POST").status, 405);
}

TEST(StaticFiles, FoldersAreTheirIndexOrListedIfTheyMay) {
  const Site plain;
  const Site listed("autoindex: on");
  for (const Site* site : {&plain, &listed}) {
    site->write("with/index.html", "index").write("without/b<c.txt", "b");
    const ServerProcess server(site->words());
    EXPECT_EQ(ask(server, "/with/").body, "index");
    EXPECT_EQ(ask(server, "/with").field("location"), "/f/with/");
    EXPECT_EQ(ask(server, "/without/").status, site == &listed ? 200 : 404);
  }
  const ServerProcess server(listed.words());
  EXPECT_TRUE(
      holds(ask(server, "/without/").body, "<a href=\"./b%3Cc.txt\">b&lt;c.txt</a>"));
}

TEST(StaticFiles, TwinsAreSentToThoseWhoTakeThem) {
  const Site site("precompressed: [br, gzip]");
  site.write("a.js", "plain").write("a.js.gz", "zipped").write("a.js.br", "brotli");
  const ServerProcess server(site.words());
  const Response brotli = ask(server, "/a.js", "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(brotli.body, "brotli");
  EXPECT_EQ(brotli.field("content-encoding"), "br");
  EXPECT_EQ(brotli.field("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ask(server, "/a.js", "Accept-Encoding: gzip\r\n").body, "zipped");
  const Response plain = ask(server, "/a.js", "Accept-Encoding: identity\r\n");
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(plain.field("vary"), "accept-encoding");
  EXPECT_FALSE(plain.has("content-encoding"));
}

TEST(StaticFiles, OneRouteServesAllThatIsNoFile) {
  const Site site(
      "try_files: [$uri, $uri.html, /index.html], expires: {js: 1d, '*': 60}");
  site.write("index.html", "page").write("about.html", "about").write("a.js", "script");
  const ServerProcess server(site.words());
  EXPECT_EQ(ask(server, "/about").body, "about");
  EXPECT_EQ(ask(server, "/any/route").body, "page");
  EXPECT_EQ(ask(server, "/a.js").field("cache-control"), "max-age=86400");
  EXPECT_EQ(ask(server, "/about").field("cache-control"), "max-age=60");
}

TEST(StaticFiles, NothingOutsideAndNothingHiddenIsSent) {
  const Site closed;
  const Site open("dot_files: allow, symlinks: follow");
  for (const Site* site : {&closed, &open}) {
    site->write(".secret", "hidden").write("in/a.txt", "inside");
    site->write("../outside", "outside");
    fs::create_symlink("../outside", site->path("out"));
    fs::create_symlink("in/a.txt", site->path("link"));
    const ServerProcess server(site->words());
    for (const std::string up :
         {"/../outside", "/%2e%2e/outside", "/in/..%2f..%2foutside",
          "/in%2f../../outside", "/..%5coutside", "/in/a.txt%00", "//../outside"}) {
      const int status = ask(server, up).status;
      EXPECT_TRUE(status == 404 || status == 400) << up << ": " << status;
    }
    EXPECT_EQ(ask(server, "/link").body, "inside");
    EXPECT_EQ(ask(server, "/.secret").status, site == &open ? 200 : 404);
    EXPECT_EQ(ask(server, "/out").status, site == &open ? 200 : 404);
  }
}

TEST(StaticFiles, AFileThatIsReplacedWhileItIsSentIsTheOldOne) {
  const std::string old = pattern(kLarge);
  const Site site;
  site.write("large", old).write("new", "new");
  const ServerProcess server(site.words());
  RawClient client(server.port());
  client.send(request("GET /f/large HTTP/1.1"));
  client.peek(20);
  fs::rename(site.path("new"), site.path("large"));
  const Response response = client.read_response();
  EXPECT_TRUE(response.complete);
  EXPECT_TRUE(response.body == old);
  EXPECT_TRUE(eventually([&] { return ask(server, "/large").body == "new"; }));
}

TEST(StaticFiles, AFileThatIsCutWhileItIsSentCutsTheConnectionAndNothingElse) {
  for (const std::string fields : {"", "Range: bytes=10-\r\n"}) {
    SCOPED_TRACE(fields);
    const Site site;
    site.write("large", pattern(kLarge)).write("other", "other");
    ServerProcess server(site.words());
    RawClient client(server.port(), 4096);
    client.send(request("GET /f/large HTTP/1.1", fields));
    client.peek(20);
    fs::resize_file(site.path("large"), 1000);
    EXPECT_FALSE(client.read_response().complete);
    EXPECT_EQ(ask(server, "/other").body, "other");
    EXPECT_EQ(ask(server, "/large").field("content-length"), "1000");
  }
}

/// More parts than may wait at the host: these are read, not sent by descriptor.
TEST(StaticFiles, ManyPartsOfAFileThatIsCutAreNotFinished) {
  const Site site;
  site.write("large", pattern(kLarge)).write("other", "other");
  ServerProcess server(site.words());
  std::string fields = "Range: bytes=";
  for (std::size_t i = 0; i < 16; ++i) {  // three MiB of every three and a bit
    const std::size_t at = i * (kLarge / 16);
    fields += (i == 0 ? "" : ",") + std::to_string(at) + "-" +
              std::to_string(at + (3U << 20U));
  }
  RawClient client(server.port(), 4096);
  client.send(request("GET /f/large HTTP/1.1", fields + "\r\n"));
  client.peek(20);
  fs::resize_file(site.path("large"), 1000);
  EXPECT_FALSE(client.read_response().complete);
  EXPECT_EQ(ask(server, "/other").body, "other");
}

TEST(StaticFiles, AReaderOfAFileThatDripsIsCut) {
  const Site site("", kSlowIsCut);
  site.write("large", pattern(kLarge)).write("small", "small");
  ServerProcess server(site.words());
  RawClient client(server.port(), 4096);
  client.send(request("GET /f/large HTTP/1.1"));
  std::size_t taken = 0;
  while (server.count_lines(" 499 ", ServerProcess::Stream::Out) == 0) {
    taken = client.peek(taken + 1).size();  // no pause is long
    wait_for(-1, 0, Deadline{std::chrono::milliseconds(50)});
    ASSERT_LT(taken, kLarge) << "it was not cut";
  }
  client.read_until_close();
  EXPECT_TRUE(client.was_reset());
  EXPECT_EQ(ask(server, "/small").body, "small");
}

TEST(StaticFiles, AReaderOfAFileThatKeepsThePaceIsServed) {
  const Site site("", {"--send-min-rate", "1k", "--min-rate-grace", "300ms"});
  const std::string large = pattern(kLarge);
  site.write("large", large);
  const ServerProcess server(site.words());
  RawClient client(server.port());
  client.send(request("GET /f/large HTTP/1.1"));
  for (std::size_t taken = 0, i = 0; i < 20; ++i) {
    taken = client.peek(taken + 1).size();
    wait_for(-1, 0, Deadline{std::chrono::milliseconds(50)});
  }
  EXPECT_TRUE(client.read_response().body == large);
}

}  // namespace
}  // namespace appserver::testing
