#include <gtest/gtest.h>

#include "config/load_settings.hpp"
#include "config/value.hpp"

namespace appserver::config {
namespace {

Result<Settings> load(const std::string& text) {
  CommandLine line;
  line.config_file = "conf/a.yaml";
  return load_settings(line, text, {});
}

std::string complaint(const std::string& text) {
  const auto settings = load(text);
  return settings ? "" : settings.error().text;
}

std::vector<MountSettings> mounts_of(const std::string& text) {
  const auto settings = load(text);
  EXPECT_TRUE(settings) << settings.error().text;
  return settings ? settings->mounts : std::vector<MountSettings>{};
}

TEST(Mounts, HoldEverythingThatIsWritten) {
  const auto mounts = mounts_of(
      "mounts:\n"
      "  - path: /api/\n    host: API.example.org\n    app: api:app\n    config: {a: "
      "1}\n"
      "    threads: 8\n    client_max_body_size: 16m\n"
      "  - app: hello:app\n");
  ASSERT_EQ(mounts.size(), 2U);
  MountSettings api;
  api.path = "/api";
  api.host = "api.example.org";
  api.app = "api:app";
  api.config_json = "{\"a\":1}";
  api.threads = 8;
  api.client_max_body_size = 16U << 20U;
  api.origin = "conf/a.yaml:2";
  EXPECT_EQ(mounts[0], api);
  MountSettings hello;
  hello.app = "hello:app";
  hello.origin = "conf/a.yaml:8";
  EXPECT_EQ(mounts[1], hello);
}

TEST(Mounts, ShortFormIsAMountAtTheRoot) {
  const auto mounts = mounts_of("\napp: hello:app\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].path, "/");
  EXPECT_EQ(mounts[0].app, "hello:app");
  EXPECT_EQ(mounts[0].origin, "conf/a.yaml:2");
}

TEST(Mounts, ModulesThatArePathsAreRelativeToTheFile) {
  struct Case {
    const char* written;
    const char* meant;
  };

  for (const Case& c :
       {Case{"hello", "hello"}, Case{"hello:app", "hello:app"},
        Case{"libapi.so", "conf/libapi.so"},
        Case{"libapi.so:app", "conf/libapi.so:app"},
        Case{"./x/api.so:app", "conf/x/api.so:app"}, Case{"../api.so", "api.so"},
        Case{"/opt/api.so:app", "/opt/api.so:app"}}) {
    SCOPED_TRACE(c.written);
    EXPECT_EQ(mounts_of(std::string("app: ") + c.written).at(0).app, c.meant);
  }
}

TEST(Mounts, SlashesAtTheEndOfAPathAreDropped) {
  EXPECT_EQ(mounts_of("mounts: [{app: a, path: /api/}]").at(0).path, "/api");
  EXPECT_EQ(mounts_of("mounts: [{app: a, path: /a/b}]").at(0).path, "/a/b");
  EXPECT_EQ(mounts_of("mounts: [{app: a, path: /}]").at(0).path, "/");
  EXPECT_EQ(mounts_of("mounts: [{app: a, path: //}]").at(0).path, "/");
}

TEST(Mounts, BodySizeZeroIsNoLimit) {
  EXPECT_EQ(mounts_of("mounts: [{app: a, client_max_body_size: 0}]")
                .at(0)
                .client_max_body_size,
            kNoBodyLimit);
}

TEST(Mounts, MistakesNameTheLine) {
  struct Case {
    const char* text;
    const char* message;
  };

  for (const Case& c : {
           Case{"mounts: {a: b}",
                "1: mounts is not a list; write \"- path: /\" and \"  app: ...\""},
           Case{"mounts: hello",
                "1: mounts is not a list; write \"- path: /\" and \"  app: ...\""},
           Case{"mounts: [hello]",
                "1: mounts: an entry is not a mapping of keys to values"},
           Case{"mounts:\n  - app: a\n    pth: /x",
                "3: mounts: unknown key \"pth\": did you mean \"path\"?"},
           Case{"mounts:\n  - app: a\n    app: b",
                "3: the key \"app\" is there twice; first in line 2"},
           Case{"mounts:\n  - path: /x",
                "2: mounts: an entry names no application; add app: module:callable"},
           Case{"mounts:\n  - app: a\n    path: api",
                "3: path: \"api\" does not begin with a slash; write \"/api\""},
           Case{"mounts: [{app: a, path: ''}]",
                "1: path: \"\" does not begin with a slash; write \"/\""},
           Case{"mounts: [{app: a, path: /a//b}]",
                "1: path: \"/a//b\" holds an empty, . or .. segment"},
           Case{"mounts: [{app: a, path: /a/../b}]",
                "1: path: \"/a/../b\" holds an empty, . or .. segment"},
           Case{"mounts: [{app: a, path: '/a?b'}]",
                "1: path: \"/a?b\" holds a blank, a control character, ?, # or %, "
                "which the "
                "path of a mount cannot have"},
           Case{"mounts: [{app: a, host: 'a:80'}]",
                "1: host: \"a:80\" is not a host name without port"},
           Case{"mounts: [{app: [a]}]", "1: app: a single value is needed, not a list"},
           Case{"mounts: [{app: 'a b'}]",
                "1: app: \"a b\" is not an application; write module:callable"},
           Case{"mounts: [{app: a, threads: 0}]",
                "1: threads: \"0\" is out of range; write 1 to 1024"},
           Case{"mounts: [{app: a, client_max_body_size: 1x}]",
                "1: client_max_body_size: \"1x\" is not a size; write bytes or 512k, "
                "1m, 2g"},
           Case{"app: ''", "1: app: \"\" is not an application; write module:callable"},
           Case{"app: :app",
                "1: app: \":app\" is not an application; write module:callable"},
       }) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(complaint(c.text), std::string("conf/a.yaml:") + c.message);
  }
}

TEST(Mounts, SamePlaceTwiceIsRefusedWithBothLines) {
  EXPECT_EQ(complaint("mounts:\n  - {app: a, path: /api}\n  - {app: b, path: /api/}\n"),
            "conf/a.yaml:3: mounts: \"/api\" of \"b\" is taken already, by \"a\" "
            "(conf/a.yaml:2)");
  EXPECT_EQ(complaint("app: a\nmounts:\n  - {app: b}\n"),
            "conf/a.yaml:3: mounts: \"/\" of \"b\" is taken already, by \"a\" "
            "(conf/a.yaml:1)");
  EXPECT_EQ(complaint("mounts:\n  - {app: a, host: X}\n  - {app: b, host: x}\n"),
            "conf/a.yaml:3: mounts: \"x/\" of \"b\" is taken already, by \"a\" "
            "(conf/a.yaml:2)");
  EXPECT_EQ(
      complaint("mounts:\n  - {app: a, host: x}\n  - {app: b, host: y}\n  - app: c\n"),
      "");
}

}  // namespace
}  // namespace appserver::config
