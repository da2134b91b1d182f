// `static`: what is accepted, what it means as a mount, and what is refused with which
// words.
#include <gtest/gtest.h>

#include "config/static_mount.hpp"
#include "loading.hpp"

namespace appserver::config {
namespace {

std::vector<MountSettings> mounts_of(const Words& words, const std::string& text = "",
                                     const Environment& env = {}) {
  const auto settings = load(words, text, env, "conf/a.yaml");
  EXPECT_TRUE(settings) << settings.error().text;
  return settings ? settings->mounts : std::vector<MountSettings>{};
}

/// Why a file of that folder, with these words, is refused.
std::string complaint_in_conf(const Words& words, const std::string& text = "",
                              const Environment& env = {}) {
  return complaint(words, text, env, "conf/a.yaml");
}

/// "prefix=root" of each mount that is a folder, an application by its name.
Words places(const std::vector<MountSettings>& mounts) {
  Words all;
  for (const MountSettings& mount : mounts) {
    const bool is_static = !mount.static_root.empty();
    all.push_back(mount.path + "=" + (is_static ? mount.static_root : mount.app));
  }
  return all;
}

TEST(Static, IsAMountOfThePluginFiles) {
  const auto mounts = mounts_of({}, "\nstatic: {/assets/: ./public}\n");
  ASSERT_EQ(mounts.size(), 1U);
  MountSettings expected;
  expected.path = "/assets";
  expected.app = "files:app";
  expected.static_root = "conf/public";
  expected.origin = "conf/a.yaml:2";
  EXPECT_EQ(mounts[0], expected);
  EXPECT_EQ(static_config(mounts[0]), R"({"root":"conf/public"})");
}

TEST(Static, KeysOfThePluginArePassedOnBehindTheRoot) {
  const auto mounts = mounts_of(
      {}, "static: {/: {expires: 1d, root: /srv/a, index: [a, 'b'], autoindex: true}}");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].static_root, "/srv/a");
  EXPECT_EQ(static_config(mounts[0]),
            R"({"root":"/srv/a","expires":"1d","index":["a","b"],"autoindex":true})");
}

TEST(Static, FoldersOfTheFileAreRelativeToItAndOthersToTheWorkingDirectory) {
  EXPECT_EQ(places(mounts_of({}, "static: {/a: d, /b: ../d, /c: /d, /e: {root: d}}")),
            (Words{"/a=conf/d", "/b=d", "/c=/d", "/e=conf/d"}));
  EXPECT_EQ(places(mounts_of({"--static", "/a=d", "--static=/b_c=./x=y"})),
            (Words{"/a=d", "/b_c=./x=y"}));
  EXPECT_EQ(places(mounts_of({}, "", {{"APPSERVER_STATIC", "/a=d, /b=/e"}})),
            (Words{"/a=d", "/b=/e"}));
}

TEST(Static, TheLastSourceReplacesTheListAndLeavesTheApplications) {
  const std::string text = "app: x\nstatic: {/a: d, /b: e}\n";
  const Environment env = {{"APPSERVER_STATIC", "/c=f"}};
  EXPECT_EQ(places(mounts_of({}, text)), (Words{"/=x", "/a=conf/d", "/b=conf/e"}));
  EXPECT_EQ(places(mounts_of({}, text, env)), (Words{"/=x", "/c=f"}));
  EXPECT_EQ(places(mounts_of({"--static", "/a=g"}, text, env)), (Words{"/=x", "/a=g"}));
  EXPECT_EQ(mounts_of({"--static", "/a=g"}, "", env).at(0).origin, "command line");
  EXPECT_EQ(mounts_of({}, "", env).at(0).origin, "environment");
}

TEST(Static, NoneIsNone) {
  EXPECT_EQ(mounts_of({"a"}, "static:\n").size(), 1U);
  EXPECT_EQ(mounts_of({"a"}, "static: {}\n").size(), 1U);
  EXPECT_EQ(mounts_of({"a"}, "", {{"APPSERVER_STATIC", ""}}).size(), 1U);
}

TEST(Static, APlaceThatIsTakenNamesBoth) {
  const std::string advice =
      "; files in front of an application are its middleware, files:middleware";
  EXPECT_EQ(complaint_in_conf({}, "mounts: [{app: b, path: /a}]\nstatic:\n  /a/: d\n"),
            "conf/a.yaml:3: static: \"/a\" of \"conf/d\" is taken already, by \"b\" "
            "(conf/a.yaml:1)" +
                advice);
  EXPECT_EQ(complaint_in_conf({}, "static:\n  /a: d\nmounts: [{app: b, path: /a}]\n"),
            "conf/a.yaml:3: mounts: \"/a\" of \"b\" is taken already, by \"conf/d\" "
            "(conf/a.yaml:2)" +
                advice);
  EXPECT_EQ(complaint_in_conf({}, "static:\n  /a: d\n  /a/: e\n"),
            "conf/a.yaml:3: static: \"/a\" of \"conf/e\" is taken already, by "
            "\"conf/d\" (conf/a.yaml:2)");
  EXPECT_EQ(complaint_in_conf({"b:app", "--static", "/=d"}),
            "command line: mounts: \"/\" of \"b:app\" is taken already, by \"d\" "
            "(command line)" +
                advice);
  EXPECT_NE(complaint_in_conf({"b:app"}, "static: {/: d}"), "");
  EXPECT_NE(complaint_in_conf({"--static", "/=d", "--static", "/=e"}), "");
  // Twins: another place, and a host of its own.
  EXPECT_EQ(complaint_in_conf({"b:app", "--static", "/a=d"}), "");
  EXPECT_EQ(
      complaint_in_conf({}, "mounts: [{app: b, path: /a, host: h}]\nstatic: {/a: d}\n"),
      "");
}

TEST(Static, MistakesOfTheFileNameTheLine) {
  struct Case {
    const char* text;
    const char* message;
  };

  for (const Case& c : {
           Case{"static: ./public",
                "1: static is not a mapping; write for example {/assets: ./public}"},
           Case{"static: [/a]",
                "1: static is not a mapping; write for example {/assets: ./public}"},
           Case{"static:\n  /a: [d]",
                "2: static: a single value is needed, not a list"},
           Case{"static:\n  /a:",
                "2: static: no value; write one or leave the key out"},
           Case{"static:\n  a: d",
                "2: static: \"a\" does not begin with a slash; write \"/a\""},
           Case{"static:\n  /a/../b: d",
                "2: static: \"/a/../b\" holds an empty, . or .. segment"},
           Case{"static:\n  /a: d\n  /a: e",
                "3: the key \"/a\" is there twice; first in line 2"},
           Case{"static:\n  /a: ''", "2: static: \"\" is no folder to serve at /a"},
           Case{"static:\n  /a: \"d\\n\"",
                "2: static: \"conf/d\\x0a\" is no folder to serve at /a"},
           Case{"static:\n  /a: {expires: 1d}",
                "2: static: no folder is named; add root: DIR"},
           Case{"static:\n  /a:\n    expires: 1d\n    rot: d",
                "4: static: unknown key \"rot\": did you mean \"root\"?"},
           Case{"static:\n  /a: {root: [d]}",
                "2: static: root: a single value is needed, not a list"},
           Case{"static:\n  /a:\n    root: d\n    root: e",
                "4: the key \"root\" is there twice; first in line 3"},
           Case{"static:\n  /a: {root: d, expires: .inf}",
                "2: config: JSON has no \".inf\""},
       }) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(complaint_in_conf({}, c.text), std::string("conf/a.yaml:") + c.message);
  }
}

TEST(Static, MistakesOfAWordNameTheFlag) {
  EXPECT_EQ(complaint_in_conf({"--static", "public"}),
            "--static: \"public\" is not PREFIX=DIR; write for example "
            "/assets=./public");
  EXPECT_EQ(complaint_in_conf({"--static", "a=d"}),
            "--static: \"a\" does not begin with a slash; write \"/a\"");
  EXPECT_EQ(complaint_in_conf({"--static", "/a="}),
            "--static: \"\" is no folder to serve at /a");
  EXPECT_EQ(complaint_in_conf({}, "", {{"APPSERVER_STATIC", "/a"}}),
            "APPSERVER_STATIC: \"/a\" is not PREFIX=DIR; write for example "
            "/assets=./public");
}

TEST(Static, AFolderThatIsNotUtf8IsRefused) {
  for (const char* bad : {"/d\xff", "/\xc3", "/\xc0\xaf", "/\xed\xa0\x80",
                          "/\xf4\x90\x80\x80", "/\xe0\x80\x80", "/\x80"}) {
    EXPECT_NE(complaint_in_conf({"--static", std::string("/a=") + bad}), "") << bad;
  }
  EXPECT_EQ(
      complaint_in_conf({"--static", "/a=/d\xff"}),
      "--static: the folder to serve at /a, \"/d\\xff\", is not UTF-8; rename it, "
      "or name it by a link that is");
  for (const char* good : {"/\xc3\xa9", "/\xed\x9f\xbf", "/\xf4\x8f\xbf\xbf", "/d"}) {
    EXPECT_EQ(complaint_in_conf({"--static", std::string("/a=") + good}), "") << good;
  }
}

TEST(Static, ABlankInThePrefixIsNamed) {
  EXPECT_EQ(complaint_in_conf({"--static", "/a b=d"}),
            "--static: \"/a b\" holds a blank, a control character, ?, # or %, which "
            "the path of a mount cannot have");
  EXPECT_EQ(complaint_in_conf({"--static", "/a=d b"}), "");
}

TEST(Static, AComplaintAboutOneSaysWhereItStands) {
  EXPECT_EQ(static_place(mounts_of({}, "static: {/a: d}").at(0)),
            "static: \"/a\" (conf/a.yaml:1): ");
  EXPECT_EQ(static_place(mounts_of({"x"}).at(0)), "");
}

}  // namespace
}  // namespace appserver::config
