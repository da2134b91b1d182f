// `static` and --static: how a user gets a folder of files served, beside applications
// and in front of one; what is refused at the start, and what HUP takes over.
#include <signal.h>

#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

namespace fs = std::filesystem;

/// A folder with public/index.html, public/a.txt and other/a.txt.
struct Folders {
  TempFolder top;

  Folders() {
    fs::create_directory(top / "public");
    fs::create_directory(top / "other");
    top.write("public/index.html", "<h1>here</h1>");
    top.write("public/a.txt", "public a");
    top.write("other/a.txt", "other a");
  }
};

/// One process, and a supervisor with a worker: both read the settings their own way.
const std::vector<std::vector<std::string>> kShapes = {{"--single-process"},
                                                       {"-w", "1"}};

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome refused(const std::vector<std::string>& words) {
  return ServerProcess::run(with({"-b", "127.0.0.1:0"}, words));
}

TEST(Static, AFolderWithoutItsSlashIsRedirectedToAlsoWhereItIsTheMount) {
  const Folders folders;
  const ServerProcess server(
      {"--single-process", "--static", "/pub=" + folders.top / "public"});
  RawClient client(server.port());
  client.send(request("GET /pub?x=1 HTTP/1.1"));
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.field("location"), "/pub/?x=1");
  client.send(request("GET /pub/ HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "<h1>here</h1>");
}

TEST(Static, TheFlagAloneServesAFolder) {
  const Folders folders;
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    const ServerProcess server(
        with(shape, {"--static", "/=" + folders.top / "public"}));
    RawClient client(server.port());
    client.send(request("GET / HTTP/1.1"));
    const Response page = client.read_response();
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.field("content-length"), "13");
    EXPECT_EQ(page.body, "<h1>here</h1>");
    client.send(request("GET /a.txt HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "public a");
    client.send(request("GET /none HTTP/1.1"));
    EXPECT_EQ(client.read_response().status, 404);
  }
}

TEST(Static, TheStartNamesTheFolder) {
  const Folders folders;
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    const std::string folder = folders.top / "public";
    const ServerProcess server(with(shape, {"--static", "/pub=" + folder}));
    EXPECT_EQ(server.count_lines("serving " + folder + " (files:app) at /pub from /"),
              1U);
  }
}

TEST(Static, TheFlagsFoldersAreRelativeToTheWorkingDirectory) {
  const Folders folders;
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    Launch launch;
    launch.folder = folders.top.path();
    launch.arguments = with(
        shape, {"-b", "127.0.0.1:0", "--static", "/=public", "--static=/o=./other"});
    ServerProcess server(launch);
    server.wait_until_listening();
    EXPECT_EQ(get(server.port(), "/a.txt").body, "public a");
    EXPECT_EQ(get(server.port(), "/o/a.txt").body, "other a");
  }
}

TEST(Static, TheFilesFoldersAreRelativeToTheFile) {
  const Folders folders;
  const std::string file = folders.top.write(
      "a.yaml", "static:\n  /: public\n  /o: {root: ./other, expires: 1d}\n");
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    const ServerProcess server(with(shape, {"-c", file}));
    EXPECT_EQ(get(server.port(), "/a.txt").body, "public a");
    EXPECT_FALSE(get(server.port(), "/a.txt").has("cache-control"));
    const Response other = get(server.port(), "/o/a.txt");
    EXPECT_EQ(other.body, "other a");
    EXPECT_EQ(other.field("cache-control"), "max-age=86400");
  }
}

TEST(Static, OfAFolderAndAnApplicationTheLongestPrefixWins) {
  const Folders folders;
  const ServerProcess server({"--single-process", test_app("nonce"), "--static",
                              "/assets=" + folders.top / "public"});
  EXPECT_EQ(get(server.port(), "/assets/a.txt").body, "public a");
  EXPECT_EQ(get(server.port(), "/assets/").body, "<h1>here</h1>");
  EXPECT_EQ(get(server.port(), "/assets/none?app").status, 404);  // not the app's
  EXPECT_EQ(get(server.port(), "/assetsx?app").body, "app");
  EXPECT_EQ(get(server.port(), "/?app").body, "app");
}

TEST(Static, FilesInFrontOfAnApplicationAreItsMiddleware) {
  const Folders folders;
  const std::string file = folders.top.write(
      "a.yaml", mounts_file({{"/", test_app("nonce"),
                              "middleware: [{app: files:middleware, config: {root: " +
                                  folders.top / "public" + "}}]"}}));
  const ServerProcess server({"--single-process", "-c", file});
  EXPECT_EQ(get(server.port(), "/a.txt?app").body, "public a");
  EXPECT_EQ(get(server.port(), "/none?app").body, "app");
  EXPECT_EQ(post(server.port(), "/a.txt", "x").status, 200);  // the app's
}

TEST(Static, AMissingFolderRefusesTheStart) {
  const Folders folders;
  const std::string file = folders.top.write("a.yaml", "static:\n  /x: nowhere\n");
  const std::string nowhere = folders.top / "nowhere";
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    const Outcome missing = refused(with(shape, {"-c", file}));
    EXPECT_EQ(missing.exit_code, 4);
    EXPECT_TRUE(holds(missing.err, "static: \"/x\" (" + file + ":2): "));
    EXPECT_TRUE(holds(missing.err, "cannot open the folder " + nowhere));
    const Outcome no_folder =
        refused(with(shape, {"--static", "/=" + folders.top / "public/a.txt"}));
    EXPECT_EQ(no_folder.exit_code, 4);
    EXPECT_TRUE(holds(no_folder.err, "static: \"/\" (command line): "));
    EXPECT_TRUE(holds(no_folder.err, "public/a.txt: Not a directory"));
  }
}

TEST(Static, AWrongKeyOfThePluginNamesItsPlace) {
  const Folders folders;
  const std::string file =
      folders.top.write("a.yaml", "static:\n  /x: {root: public, expire: 1d}\n");
  const Outcome outcome = refused({"-c", file, "-t"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "static: \"/x\" (" + file + ":2): "));
  EXPECT_TRUE(holds(outcome.err, "unknown key \"expire\""));
  folders.top.write("a.yaml", "static:\n  /x: {root: public, expires: 1d}\n");
  EXPECT_EQ(refused({"-c", file, "-t"}).exit_code, 0);
}

TEST(Static, APrefixOfTwoIsAUsageErrorThatNamesBoth) {
  const Folders folders;
  const Outcome outcome =
      refused({test_app("nonce"), "--static", "/=" + folders.top / "public"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "nonce.so\" is taken already, by \"" +
                                     folders.top / "public" + "\" (command line)"));
}

TEST(Static, PrintConfigShowsWhereTheFolderIs) {
  const Folders folders;
  const std::string file =
      folders.top.write("a.yaml", "static:\n  /x: {root: public, expires: 1d}\n");
  const Outcome outcome = refused({"-c", file, "-T"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(holds(outcome.out, "static:\n  \"/x\": {\"root\":\"" +
                                     folders.top / "public" +
                                     "\",\"expires\":\"1d\"}"));
  Launch launch;
  launch.folder = folders.top.path();
  launch.arguments = {"--static", "/=./public", "-T"};
  const std::string real = (fs::canonical(folders.top.path()) / "public").string();
  EXPECT_TRUE(holds(ServerProcess::run(launch).out,
                    "static:\n  \"/\": {\"root\":\"" + real + "\"}"));
}

TEST(Static, HupTakesAChangedListOverAndRefusesAWrongOne) {
  const Folders folders;
  const std::string file = folders.top.write("a.yaml", "static: {/a: public}\n");
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    folders.top.write("a.yaml", "static: {/a: public}\n");
    ServerProcess server(with(shape, {"-c", file}));
    EXPECT_EQ(get(server.port(), "/a/a.txt").body, "public a");
    EXPECT_EQ(get(server.port(), "/b/a.txt").status, 404);
    folders.top.write("a.yaml", "static: {/a: other, /b: public}\n");
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloaded);
    EXPECT_EQ(get(server.port(), "/a/a.txt").body, "other a");
    EXPECT_EQ(get(server.port(), "/b/a.txt").body, "public a");
    folders.top.write("a.yaml", "static: {/a: nowhere}\n");
    server.signal(SIGHUP);
    const std::string line = server.wait_for_line(said::kReloadRefused);
    EXPECT_TRUE(holds(line, folders.top / "nowhere"));
    EXPECT_EQ(get(server.port(), "/a/a.txt").body, "other a");
  }
}

TEST(Static, ThePluginIsFoundThoughAnotherFolderHoldsTheApplications) {
  const Folders folders;
  const ServerProcess server({"--single-process", "--plugins", folders.top / "other",
                              "--static", "/=" + folders.top / "public"});
  EXPECT_EQ(get(server.port(), "/a.txt").body, "public a");
}

/// A server as it is installed: PREFIX/bin/appserver, and nothing beside it yet.
struct Installed {
  TempFolder prefix;
  std::string plugins = prefix / "lib/appserver/plugins";
  std::string program = prefix / "bin/appserver";

  Installed() {
    fs::create_directories(prefix / "bin");
    fs::create_directories(plugins);
    fs::copy_file(APPSERVER_BINARY, program);
  }
};

TEST(Static, AnInstalledServerFindsThePluginBesideItselfOrSaysWhereItLooked) {
  const Installed installed;
  const Folders folders;
  Launch launch;
  launch.program = installed.program;
  launch.arguments = {"-b",        "127.0.0.1:0",
                      "--static",  "/=" + folders.top / "public",
                      "--plugins", folders.top / "other"};
  const Outcome missing = ServerProcess::run(launch);
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_TRUE(holds(missing.err, "static: \"/\" (command line): "));
  EXPECT_TRUE(holds(missing.err, "no files.so in " + installed.plugins + ", " +
                                     folders.top / "other"));
  const fs::path built = fs::path(APPSERVER_BINARY).parent_path().parent_path();
  fs::copy_file(built / "plugins/files.so", installed.plugins + "/files.so");
  ServerProcess server(launch);
  server.wait_until_listening();
  EXPECT_EQ(get(server.port(), "/a.txt").body, "public a");
}

}  // namespace
}  // namespace appserver::testing
