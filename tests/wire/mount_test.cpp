// Which application answers, and what it is told of where it stands. PEP 3333 "URL
// Reconstruction".
#include "support/expect.hpp"

namespace appserver::testing {
namespace {

TEST(Mounts, UnknownMountGets404AndKeepsTheConnection) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/a", test_app("nonce")}}));
  const ServerProcess server({"--single-process", "-c", file});
  RawClient client(server.port());
  client.send(request("POST /b HTTP/1.1", "Content-Length: 5\r\n") + "hello");
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.body, "404 Not Found\n");
  EXPECT_FALSE(response.has("connection"));
  client.send(request("GET /a?found HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "found");
}

TEST(Mounts, DividePathAsPep3333Says) {
  struct Case {
    const char *target, *script_name, *path_info;
  };

  const TempFolder folder;
  const std::string recorder = test_app("recorder");
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/a", recorder}, {"/a/b", recorder}, {"/c/", recorder}}));
  const ServerProcess server({"--single-process", "-c", file});
  for (const Case& c :
       {Case{"/a", "/a", ""}, Case{"/a?q", "/a", ""}, Case{"/a/", "/a", "/"},
        Case{"/a/x/y", "/a", "/x/y"}, Case{"/a/b", "/a/b", ""},
        Case{"/a/b/", "/a/b", "/"}, Case{"/a/bc", "/a", "/bc"},
        Case{"/%61/x", "/a", "/x"}, Case{"/c", "/c", ""}, Case{"/c/d", "/c", "/d"}}) {
    SCOPED_TRACE(c.target);
    const Response response = get(server.port(), c.target);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(
        holds(response.body, "script_name =" + std::string(c.script_name) + "\n"));
    EXPECT_TRUE(holds(response.body, "path_info =" + std::string(c.path_info) + "\n"));
  }
  for (const char* target : {"/", "/ab", "/A", "/cd"}) {
    SCOPED_TRACE(target);
    EXPECT_EQ(get(server.port(), target).status, 404);
  }
}

TEST(Mounts, HostsSelectMounts) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", test_app("nonce_v1"), "host: one.example"},
                             {"/", test_app("nonce_v2"), "host: two.example"},
                             {"/", test_app("nonce")}}));
  const ServerProcess server({"--single-process", "-c", file});
  const auto build_for = [&](const std::string& host) {
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.read_response().field("x-build");
  };
  EXPECT_EQ(build_for("one.example"), "v1");
  EXPECT_EQ(build_for("ONE.example:8080"), "v1");
  EXPECT_EQ(build_for("two.example"), "v2");
  EXPECT_EQ(build_for("three.example"), "none");
  RawClient client(server.port());
  client.send("GET http://two.example/ HTTP/1.1\r\nHost: one.example\r\n\r\n");
  EXPECT_EQ(client.read_response().field("x-build"), "v2");
}

TEST(Mounts, ConfigReachesCreate) {
  const TempFolder folder;
  const std::string diary = folder / "diary";
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/x", test_app("lifecycle"),
                              "config: {diary: " + diary + ", n: 7, s: \"7\"}"},
                             {"/y", test_app("lifecycle")}}));
  const ServerProcess server({"--single-process", "-c", file});
  const std::string config = get(server.port(), "/x/quiet").body;
  EXPECT_TRUE(holds(config, "\"diary\":\"" + diary + "\""));
  EXPECT_TRUE(holds(config, "\"n\":7"));
  EXPECT_TRUE(holds(config, "\"s\":\"7\""));
  EXPECT_EQ(get(server.port(), "/y/quiet").body, "{}");
}

TEST(Mounts, OneFileServesSeveralCallables) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/event", test_app("big", "once")},
                                          {"/blocking", test_app("big", "app")}}));
  const ServerProcess server({"--single-process", "-c", file});
  EXPECT_EQ(get(server.port(), "/event/10").body, "oooooooooo");
  EXPECT_EQ(get(server.port(), "/blocking/10").body, "bbbbbbbbbb");
}

TEST(Mounts, BodyLimitIsThatOfTheMount) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml",
      mounts_file({{"/small", test_app("nonce"), "client_max_body_size: 10"},
                   {"/large", test_app("nonce"), "client_max_body_size: 2m"}}));
  const ServerProcess server({"--single-process", "-c", file});
  EXPECT_EQ(post(server.port(), "/small", "12345678901").status, 413);
  EXPECT_EQ(post(server.port(), "/small", "1234567890").status, 200);
  EXPECT_EQ(post(server.port(), "/large", std::string(1'500'000, 'x')).body.size(),
            1'500'000U);
}

TEST(Mounts, NamedFolderIsServedAndBadFilesInItAreSkipped) {
  const TempFolder folder;
  folder.install(test_app_file("nonce"), "nonce.so");
  folder.write("broken.so", "not a library");
  ServerProcess server({"--single-process", "--plugins", folder.path()});
  EXPECT_EQ(get(server.port(), "/nonce?here").body, "here");
  EXPECT_EQ(get(server.port(), "/broken").status, 404);
  EXPECT_GE(server.count_lines("broken.so"), 1U);
}

}  // namespace
}  // namespace appserver::testing
