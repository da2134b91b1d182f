// The plugin as it is shipped, in the SDK's test host: with and without gw.file/1, as
// an app and as a middleware.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/file.h>
#include <gateway/middleware.h>
#include <gateway/sdk/test_client.hpp>

#include "loaded_app.hpp"
#include "temporary_folder.hpp"

using gateway::TestClient;
using gateway::TestExtensions;
using gateway::TestHeaders;
using gateway::TestResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

int files_sent = 0;
int passed_on = 0;

/// gw.file/1 of a host that reads.
std::int32_t send_by_reading(gw_writer* writer, std::int32_t fd, std::int64_t offset,
                             std::int64_t length, std::uint32_t flags) {
  ++files_sent;
  std::string bytes(static_cast<std::size_t>(length), '\0');
  if (pread(fd, bytes.data(), bytes.size(), offset) != length) return GW_E_INVALID;
  const auto taken = writer->write(writer, bytes.data(), bytes.size(), flags);
  return taken == length ? GW_OK
         : taken < 0     ? static_cast<std::int32_t>(taken)
                         : GW_E_APP;
}

/// gw.file/1 of a host whose parts are all waiting.
std::int32_t send_nothing(gw_writer*, std::int32_t, std::int64_t, std::int64_t,
                          std::uint32_t) {
  return GW_E_AGAIN;
}

/// The next app of the chain: seen, and failing with a code that is known again.
std::int64_t next_app(const gw_environ*, const gw_environ*, gw_layer*) {
  ++passed_on;
  return GW_E_UNSUPPORTED;
}

constexpr gw_file kReading{&send_by_reading};
constexpr gw_file kWaiting{&send_nothing};
constexpr gw_middleware kChain{&next_app, nullptr};

const gw_app& middleware() {
  void* image = dlopen(PLUGINS "/files.so", RTLD_NOW | RTLD_LOCAL);
  const void* table = image == nullptr ? nullptr : dlsym(image, "gw1_middleware");
  if (table == nullptr) throw std::runtime_error("files.so has no middleware");
  return *static_cast<const gw_app*>(table);
}

std::string bytes(std::size_t count) {
  std::string text(count, '\0');
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

class FilesApp : public testing::Test {
 protected:
  FilesApp() {
    folder_.write("root/index.html", "<h1>root</h1>");
    folder_.write("root/dir/index.html", "dir");
    folder_.write("root/dir/b.txt", "b");
    folder_.write("root/bare/c.txt", "c");
    folder_.write("root/large.bin", large_);
    folder_.write("root/.secret", "no");
    folder_.write("root/sp ace\xFF.txt", "odd");
    folder_.write("outside", "no");
    files_sent = passed_on = 0;
  }

  std::string config(const std::string& members = "") const {
    return R"({"root": ")" + (folder_.path() / "root").string() + "\"" + members + "}";
  }

  /// One request to an instance of its own; rules are kept and sources closed.
  TestResult get(std::string_view target, const TestHeaders& headers = {},
                 const std::string& members = "", TestExtensions extensions = {}) {
    TestClient client(loaded_app("files"), config(members), std::move(extensions));
    client.conditions.script_name = script_name_;
    client.conditions.room = GW_TAKEN_WHOLE;
    TestResult result = client.get(target, headers);
    EXPECT_THAT(result.violations, IsEmpty());
    return result;
  }

  TestResult passed(std::string_view method, std::string_view target,
                    const std::string& members = "") {
    TestClient client(middleware(), config(members), {{GW_MIDDLEWARE_1, &kChain}});
    return client.request(method, target);
  }

  const std::string large_ = bytes(200'000);
  TemporaryFolder folder_;
  std::string script_name_;
};

TEST_F(FilesApp, ServesAFile) {
  const TestResult result = get("/dir/b.txt");
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.body, "b");
  EXPECT_EQ(result.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(result.header("content-length"), "1");
}

TEST_F(FilesApp, ALargeFileIsWholeByEveryWayOfSending) {
  for (const TestExtensions& host :
       {TestExtensions{}, {{GW_FILE_1, &kReading}}, {{GW_FILE_1, &kWaiting}}}) {
    TestClient client(loaded_app("files"), config(), host);
    const TestResult result = client.get("/large.bin");
    EXPECT_EQ(result.status, 200u);
    EXPECT_TRUE(result.body == large_);
    EXPECT_THAT(result.violations, IsEmpty());
  }
  EXPECT_EQ(files_sent, 1);
}

TEST_F(FilesApp, ACachedFileOfWhichTheHostTakesSomeIsWhole) {
  const TestResult result = get("/large.bin", {}, R"(, "cache_file_max": "1m")");
  EXPECT_TRUE(result.body == large_);
  EXPECT_EQ(result.bodies_closed, 1);
}

TEST_F(FilesApp, RangesOfALargeFileAreTheSameByEveryWay) {
  const TestHeaders ranges = {{"range", "bytes=100-50000,60000-60010,-70000"}};
  std::string bodies[4];
  bodies[0] = get("/large.bin", ranges).body;
  bodies[1] = get("/large.bin", ranges, R"(, "cache_file_max": "1m")").body;
  bodies[2] = get("/large.bin", ranges, "", {{GW_FILE_1, &kWaiting}}).body;
  TestClient client(loaded_app("files"), config(), {{GW_FILE_1, &kReading}});
  const TestResult sent = client.get("/large.bin", ranges);
  bodies[3] = sent.body;
  EXPECT_THAT(sent.violations, IsEmpty());
  EXPECT_EQ(sent.header("content-length"), std::to_string(sent.body.size()));
  for (std::string& body : bodies) {
    EXPECT_THAT(body, HasSubstr("content-range: bytes 130000-199999/200000\r\n\r\n" +
                                large_.substr(130'000) + "\r\n--"));
    for (std::size_t at; (at = body.find("\r\n--")) != std::string::npos;) {
      body.erase(at, 4 + 32);  // boundaries differ
    }
    EXPECT_TRUE(body == bodies[0]);
  }
  EXPECT_EQ(files_sent, 3);
}

TEST_F(FilesApp, AFolderIsItsIndexAndHasASlash) {
  EXPECT_EQ(get("/").body, "<h1>root</h1>");
  EXPECT_EQ(get("/dir/").body, "dir");
  script_name_ = "/m n";
  const TestResult result = get("/dir?a=b&c");
  EXPECT_EQ(result.status, 301u);
  EXPECT_EQ(result.header("location"), "/m%20n/dir/?a=b&c");
}

TEST_F(FilesApp, ARedirectStaysOnThisHost) {
  EXPECT_EQ(get("//dir").header("location"), "/dir/");
  EXPECT_EQ(get("///dir//").status, 200u);
  std::filesystem::create_directory(folder_.path() / "root" / "\\evil");
  folder_.write("root/\\evil/index.html", "x");
  EXPECT_EQ(get("/%5Cevil").header("location"), "/%5Cevil/");
}

TEST_F(FilesApp, AFolderWithoutIndexIsNotThereUnlessItMayBeListed) {
  EXPECT_EQ(get("/bare/").status, 404u);
  EXPECT_EQ(get("/bare").status, 404u);
  const TestResult page = get("/bare/", {}, R"(, "autoindex": "on")");
  EXPECT_EQ(page.status, 200u);
  EXPECT_THAT(page.body, HasSubstr("href=\"./c.txt\""));
  EXPECT_EQ(get("/bare", {}, R"(, "autoindex": "on")").status, 301u);
  for (const char* target : {"/none/", "/none", "/dir/b.txt/", "/dir/b.txt/x/"}) {
    EXPECT_EQ(get(target, {}, R"(, "autoindex": "on")").status, 404u) << target;
  }
}

TEST_F(FilesApp, WithoutDescriptorsItIsBusyAndComesBack) {
  TestClient client(loaded_app("files"), config(R"(, "cache_valid": 0)"));
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none{0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const TestResult busy = client.get("/dir/b.txt");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(busy.status, 503u);
  EXPECT_EQ(busy.header("retry-after"), "1");
  EXPECT_EQ(client.get("/dir/b.txt").body, "b");
}

TEST_F(FilesApp, WhatIsNotThereIs404) {
  const auto root = folder_.path() / "root";
  std::filesystem::create_symlink("../outside", root / "out");
  mkfifo((root / "fifo").c_str(), 0600);
  for (const char* target : {"/none", "/dir/b.txt/", "/dir/b.txt/x", "/.secret",
                             "/../outside", "/%2e%2e/outside", "/dir/..%2f..%2foutside",
                             "/out", "/fifo", "/a%00b", "/dir/b.txt%00"}) {
    EXPECT_EQ(get(target).status, 404u) << target;
  }
  EXPECT_EQ(get("/" + std::string(5000, 'x')).status, 404u);
  EXPECT_EQ(get("/" + std::string(300, 'x')).status, 404u);
}

TEST_F(FilesApp, OddNamesAreNames) {
  EXPECT_EQ(get("/sp%20ace%FF.txt").body, "odd");
  EXPECT_EQ(get("/dir%2Fb.txt").body, "b");
  EXPECT_EQ(get("/.secret", {}, R"(, "dot_files": "allow")").body, "no");
}

TEST_F(FilesApp, WhatMayNotBeReadIs403) {
  if (geteuid() == 0) {
    EXPECT_EQ(get("/dir/b.txt").status, 200u);  // root may read everything
    return;
  }
  chmod((folder_.path() / "root/dir/b.txt").c_str(), 0);
  EXPECT_EQ(get("/dir/b.txt").status, 403u);
}

TEST_F(FilesApp, OtherMethodsAreRefused) {
  TestClient client(loaded_app("files"), config());
  for (const char* method : {"POST", "PUT", "DELETE", "get"}) {
    const TestResult result = client.request(method, "/");
    EXPECT_EQ(result.status, 405u);
    EXPECT_EQ(result.header("allow"), "GET, HEAD, OPTIONS");
  }
  const TestResult options = client.request("OPTIONS", "/");
  EXPECT_EQ(options.status, 204u);
  EXPECT_EQ(options.header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(FilesApp, HeadSaysWhatGetWould) {
  TestClient client(loaded_app("files"), config());
  for (const char* target : {"/dir/b.txt", "/large.bin", "/none", "/dir"}) {
    const TestResult head = client.request("HEAD", target);
    const TestResult whole = client.get(target);
    EXPECT_EQ(head.status, whole.status);
    EXPECT_EQ(head.headers, whole.headers);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), std::to_string(whole.body.size()));
  }
}

TEST_F(FilesApp, TheSecondRequestIsNotModified) {
  TestClient client(loaded_app("files"), config());
  const TestResult first = client.get("/dir/b.txt");
  const std::string etag(first.header("etag").value());
  const TestResult second = client.get("/dir/b.txt", {{"if-none-match", "W/" + etag}});
  EXPECT_EQ(second.status, 304u);
  EXPECT_EQ(second.header("etag"), etag);
  EXPECT_THAT(second.violations, IsEmpty());
}

TEST_F(FilesApp, ATwinIsServedToThoseWhoWantIt) {
  folder_.write("root/dir/b.txt.gz", "zipped");
  const std::string on = R"(, "precompressed": ["br", "gzip"])";
  const TestResult zipped = get("/dir/b.txt", {{"accept-encoding", "br, gzip"}}, on);
  EXPECT_EQ(zipped.body, "zipped");
  EXPECT_EQ(zipped.header("content-encoding"), "gzip");
  EXPECT_EQ(zipped.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(zipped.header("vary"), "accept-encoding");
  const TestResult plain = get("/dir/b.txt", {{"accept-encoding", "gzip;q=0"}}, on);
  EXPECT_EQ(plain.body, "b");
  EXPECT_EQ(plain.header("vary"), "accept-encoding");
  EXPECT_NE(plain.header("etag"), zipped.header("etag"));
  EXPECT_EQ(get("/dir/b.txt", {{"accept-encoding", "gzip"}}).body, "b");
}

TEST_F(FilesApp, TryFilesIsFollowedInOrder) {
  const std::string page = R"(, "try_files": ["$uri", "$uri.html", "/index.html"])";
  folder_.write("root/about.html", "about");
  EXPECT_EQ(get("/about", {}, page).body, "about");
  EXPECT_EQ(get("/some/route", {}, page).body, "<h1>root</h1>");
  EXPECT_EQ(get("/none", {}, R"(, "try_files": ["$uri", "=410"])").status, 410u);
}

TEST_F(FilesApp, AWrongConfigurationIsRefusedWithItsReason) {
  try {
    TestClient client(loaded_app("files"), R"({"root": "/", "rot": 1})");
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown key \"rot\""));
  }
  EXPECT_THROW(TestClient(loaded_app("files"), R"({"root": "/none/at/all"})"),
               std::runtime_error);
}

TEST_F(FilesApp, TheMiddlewareAnswersWhatIsThereAndPassesOnTheRest) {
  EXPECT_EQ(passed("GET", "/dir/b.txt").body, "b");
  EXPECT_EQ(passed("GET", "/dir").status, 301u);
  EXPECT_EQ(passed_on, 0);
  for (const char* target : {"/none", "/bare", "/.secret", "/../x"}) {
    EXPECT_EQ(passed("GET", target).code, GW_E_UNSUPPORTED) << target;
  }
  EXPECT_EQ(passed("POST", "/dir/b.txt").code, GW_E_UNSUPPORTED);
  EXPECT_EQ(passed("OPTIONS", "/").code, GW_E_UNSUPPORTED);
  EXPECT_EQ(passed_on, 6);
}

TEST_F(FilesApp, TryFilesOfTheMiddlewareDecidesWhatIsPassedOn) {
  EXPECT_EQ(passed("GET", "/none", R"(, "try_files": ["$uri", "=404"])").status, 404u);
  EXPECT_EQ(passed("GET", "/dir/", R"(, "try_files": ["$uri", "@app", "$uri/"])").code,
            GW_E_UNSUPPORTED);
  EXPECT_EQ(passed_on, 1);
}

TEST_F(FilesApp, TheMiddlewareWantsAChain) {
  EXPECT_THROW(TestClient(middleware(), config()), std::runtime_error);
}

}  // namespace
