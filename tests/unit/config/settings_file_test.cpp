#include "config/settings_file.hpp"

#include <gtest/gtest.h>

#include "config/load_settings.hpp"

namespace appserver::config {
namespace {

/// The message of a file that is refused; the file serves something, so that it alone
/// is wrong.
std::string complaint(const std::string& text) {
  CommandLine line;
  line.config_file = "conf/a.yaml";
  line.app = "hello:app";
  const auto settings = load_settings(line, text, {});
  return settings ? "" : settings.error().text;
}

Settings settings_of(const std::string& text, const std::string& file = "a.yaml") {
  CommandLine line;
  line.config_file = file;
  line.app = "hello:app";
  const auto settings = load_settings(line, text, {});
  EXPECT_TRUE(settings) << settings.error().text;
  return settings ? *settings : Settings{};
}

TEST(SettingsFile, UnknownKeyNamesTheLineAndTheNearestKey) {
  EXPECT_EQ(complaint("\n# comment\nworker: 3\n"),
            "conf/a.yaml:3: unknown key \"worker\": did you mean \"workers\"?");
  EXPECT_EQ(complaint("location: 3\n"), "conf/a.yaml:1: unknown key \"location\"");
}

TEST(SettingsFile, WrongValuesNameTheLineAndTheWayToWriteThem) {
  struct Case {
    const char* text;
    const char* message;
  };

  for (const Case& c : {
           Case{"\n\nclient_max_body_size: 1x",
                "3: client_max_body_size: \"1x\" is not a size; write bytes or 512k, "
                "1m, 2g"},
           Case{"timeout: soon",
                "1: timeout: \"soon\" is not a duration; write seconds or 500ms, 30s, "
                "5m, 1h"},
           Case{"send_timeout: 0",
                "1: send_timeout: \"0\" is out of range; write 1ms to 365d"},
           Case{"workers: 0",
                "1: workers: \"0\" is not a number of workers; write 1 to 1024, or "
                "auto (one "
                "per CPU)"},
           Case{"threads: 2.5", "1: threads: \"2.5\" is not a whole number"},
           Case{"threads: 0", "1: threads: \"0\" is out of range; write 1 to 1024"},
           Case{"limit_request_head: 1",
                "1: limit_request_head: \"1\" is out of range; write 256 to 16m"},
           Case{"loglevel: warn",
                "1: loglevel: \"warn\" is not a log level; write debug, info, warning, "
                "error or critical"},
           Case{"debug: maybe", "1: debug: \"maybe\" is neither true nor false"},
           Case{"bind:\n  - :80\n  - nowhere",
                "3: bind: \"nowhere\" has no port; write host:port, [::1]:port, "
                "unix:/path or "
                "fd://3"},
           Case{"bind: [':80', '0.0.0.0:80']",
                "1: bind: \"0.0.0.0:80\" is named twice"},
           Case{"server_name: a b",
                "1: server_name: \"a b\" is not a host name without port"},
           Case{"pidfile: \"a\\nb\"",
                "1: pidfile: \"conf/a\\x0ab\" holds a control character"},
           Case{"errorlog: off",
                "1: errorlog: errors are always logged; write - for standard error, or "
                "a file"},
       }) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(complaint(c.text), std::string("conf/a.yaml:") + c.message);
  }
}

TEST(SettingsFile, WrongShapesNameTheLine) {
  struct Case {
    const char* text;
    const char* message;
  };

  for (const Case& c : {
           Case{"workers: [1, 2]", "1: workers: a single value is needed, not a list"},
           Case{"timeout: {a: 1}",
                "1: timeout: a single value is needed, not a mapping"},
           Case{"bind: {a: 1}", "1: bind: a single value is needed, not a mapping"},
           Case{"bind: [[a]]", "1: bind: a single value is needed, not a list"},
           Case{"workers:", "1: workers: no value; write one or leave the key out"},
           Case{"a", "1: the file is not a mapping of keys to values"},
           Case{"- a", "1: the file is not a mapping of keys to values"},
           Case{"? [a]\n: b", "1: the file: a key is not a word"},
           Case{"timeout: 1\nqueue: 3\ntimeout: 2",
                "3: the key \"timeout\" is there twice; first in line 1"},
           Case{"timeout: 1\n---\ntimeout: 2\n",
                "2: a second YAML document; one is read"},
       }) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(complaint(c.text), std::string("conf/a.yaml:") + c.message);
  }
}

TEST(SettingsFile, SyntaxErrorsNameTheLine) {
  for (const char* text : {"\nbind: [a", "\nbind: \"a", "\n\tworkers: 1",
                           "\nbind: *nobody", "\na: b: c", "\n}"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(complaint(text).rfind("conf/a.yaml:", 0), 0U) << complaint(text);
    EXPECT_NE(complaint(text).find_first_of("23", 12), std::string::npos)
        << complaint(text);
  }
}

TEST(SettingsFile, EmptyFilesAreTheDefaults) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "{}"}) {
    SCOPED_TRACE(text);
    Settings settings = settings_of(text);
    settings.mounts.clear();
    EXPECT_EQ(settings, Settings{});
  }
}

TEST(SettingsFile, MayNotBeLargerThanOneMebibyte) {
  EXPECT_EQ(complaint("#" + std::string((1U << 20U) - 1, 'x')), "");
  EXPECT_EQ(complaint("#" + std::string(1U << 20U, 'x')),
            "conf/a.yaml: larger than 1m");
}

TEST(SettingsFile, DeepNestingIsRefused) {
  for (const char* bracket : {"[", "{a: ", "- "}) {
    SCOPED_TRACE(bracket);
    std::string text = "mounts: ";
    if (bracket[0] == '-') text += "\n  ";
    for (int i = 0; i < 100'000; ++i) text += bracket;
    EXPECT_NE(complaint(text), "");
  }
}

TEST(SettingsFile, PathsAreRelativeToItsFolder) {
  const Settings settings = settings_of(
      "plugins: apps\npidfile: /run/a.pid\nruntime_dir: ../run\naccesslog: a.log\n"
      "errorlog: '-'\nbind: [unix:a.sock, unix:/b.sock, ':80']\n",
      "conf/a.yaml");
  EXPECT_EQ(settings.plugins, "conf/apps");
  EXPECT_EQ(settings.pidfile, "/run/a.pid");
  EXPECT_EQ(settings.runtime_dir, "run");
  EXPECT_EQ(settings.access_log, "conf/a.log");
  EXPECT_EQ(settings.error_log, "-");
  ASSERT_EQ(settings.bind.size(), 3U);
  EXPECT_EQ(settings.bind[0].text(), "unix:conf/a.sock");
  EXPECT_EQ(settings.bind[1].text(), "unix:/b.sock");
}

TEST(SettingsFile, AccessLogOffStaysAWord) {
  EXPECT_EQ(settings_of("accesslog: Off", "conf/a.yaml").access_log, "off");
  EXPECT_EQ(settings_of("accesslog: \"\"", "conf/a.yaml").access_log, "");
}

TEST(SettingsFile, NamedPluginsFolderIsServed) {
  EXPECT_TRUE(settings_of("plugins: apps").serve_plugins_folder);
  EXPECT_FALSE(settings_of("plugins: \"\"").serve_plugins_folder);
}

}  // namespace
}  // namespace appserver::config
