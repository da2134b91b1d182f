#include "config/command_line.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "config/setting_key.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

using Action = CommandLine::Action;
using Words = std::vector<std::string>;

CommandLine parsed(const Words& words) {
  const auto line = parse_command_line(words);
  EXPECT_TRUE(line) << line.error().text;
  return line ? *line : CommandLine{};
}

std::string complaint(const Words& words) {
  const auto line = parse_command_line(words);
  return line ? "" : line.error().text;
}

TEST(CommandLine, NamesOneApplication) {
  EXPECT_EQ(parsed({"hello:app"}).app, "hello:app");
  EXPECT_EQ(parsed({"-w", "2", "hello:app", "--debug"}).app, "hello:app");
  EXPECT_EQ(parsed({"--", "-odd"}).app, "-odd");
  EXPECT_EQ(parsed({}).app, "");
  EXPECT_EQ(complaint({"a", "b"}),
            "two applications are named, \"a\" and \"b\"; list several as mounts in a "
            "file (-c "
            "FILE)");
  EXPECT_NE(complaint({""}), "");
}

TEST(CommandLine, FlagsHaveAllTheirSpellings) {
  struct Case {
    Words words;
    const char* key;
    Words values;
  };

  const Case cases[] = {
      {{"-b", ":80", "--bind=:81"}, "bind", {":80", ":81"}},
      {{"-w4"}, "workers", {"4"}},
      {{"--workers", "auto"}, "workers", {"auto"}},
      {{"--graceful_timeout", "5"}, "graceful_timeout", {"5"}},
      {{"--graceful-timeout=5"}, "graceful_timeout", {"5"}},
      {{"--max-body-size", "2m"}, "client_max_body_size", {"2m"}},
      {{"--limit-request-field_size", "9k"}, "limit_request_field_size", {"9k"}},
      {{"--limit-request-field-size", "9k"}, "limit_request_field_size", {"9k"}},
      {{"--keep-alive", "5"}, "keepalive", {"5"}},
      {{"--access-logfile", "-"}, "accesslog", {"-"}},
      {{"--access-logfile=my_app.log"}, "accesslog", {"my_app.log"}},
      {{"--access-logfile", "a", "--no-access-log"}, "accesslog", {"a", "off"}},
      {{"--log-file", "e"}, "errorlog", {"e"}},
      {{"--error-logfile", "e"}, "errorlog", {"e"}},
      {{"-p", "a.pid"}, "pidfile", {"a.pid"}},
      {{"--debug"}, "debug", {"true"}},
      {{"--single-process"}, "single_process", {"true"}},
      {{"--plugins", "d"}, "plugins", {"d"}},
      {{"--static", "/=d", "--static=/a_b=./c_d"}, "static", {"/=d", "/a_b=./c_d"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.words.front());
    const CommandLine line = parsed(c.words);
    ASSERT_EQ(line.values.count(c.key), 1U);
    EXPECT_EQ(line.values.at(c.key), c.values);
  }
}

TEST(CommandLine, EveryFlagOfTheTableIsTaken) {
  for (const SettingKey& key : setting_keys()) {
    for (const std::string& flag : split(key.flags, ' ')) {
      if (flag.empty()) continue;
      SCOPED_TRACE(flag);
      const bool is_switch = key.argument.empty();
      const CommandLine line = parsed(is_switch ? Words{flag} : Words{flag, "word"});
      EXPECT_EQ(line.values.count(std::string(key.name)), 1U);
    }
  }
}

TEST(CommandLine, ActionsComeFromFlags) {
  struct Case {
    Words words;
    Action action;
  };

  const Case cases[] = {{{"a"}, Action::Serve},
                        {{"a", "-t"}, Action::CheckConfig},
                        {{"a", "--check_config"}, Action::CheckConfig},
                        {{"a", "-T"}, Action::PrintConfig},
                        {{"a", "-tT"}, Action::PrintConfig},
                        {{"a", "-T", "-t"}, Action::PrintConfig},
                        {{"--version"}, Action::Version},
                        {{"-h"}, Action::Help},
                        {{"--help", "--version", "a", "b"}, Action::Help},
                        {{"inspect", "a.so"}, Action::Inspect}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.words.back());
    EXPECT_EQ(parsed(c.words).action, c.action);
  }
  EXPECT_EQ(parsed({"-c", "a.yaml"}).config_file, "a.yaml");
}

TEST(CommandLine, InspectTakesOneFile) {
  const CommandLine line = parsed({"inspect", "a.so", "--json"});
  EXPECT_EQ(line.inspect_file, "a.so");
  EXPECT_TRUE(line.inspect_json);
  EXPECT_FALSE(parsed({"inspect", "a.so"}).inspect_json);
  for (const Words& words : {Words{"inspect"}, Words{"inspect", "a", "b"},
                             Words{"inspect", "a", "-w", "2"}, Words{"a", "--json"}}) {
    EXPECT_NE(complaint(words).find("appserver inspect FILE"), std::string::npos);
  }
}

TEST(CommandLine, UnknownFlagsNameTheNearest) {
  EXPECT_EQ(complaint({"--wrokers", "3"}),
            "unknown flag \"--wrokers\": did you mean \"--workers\"?");
  EXPECT_EQ(complaint({"--chekc-config"}),
            "unknown flag \"--chekc-config\": did you mean \"--check-config\"?");
  EXPECT_EQ(complaint({"--conf=a"}),
            "unknown flag \"--conf\": did you mean \"--config\"?");
  EXPECT_EQ(complaint({"-x"}), "unknown flag \"-x\"; see --help");
  EXPECT_EQ(complaint({"--zzzzzzzz"}), "unknown flag \"--zzzzzzzz\"; see --help");
}

TEST(CommandLine, FlagsOfOtherServersSayWhatToUse) {
  struct Case {
    const char* word;
    const char* advice;
  };

  for (const Case& c : {Case{"--factory", "module:callable"},
                        Case{"-k", "--threads"},
                        Case{"-kgevent", "--threads"},
                        Case{"--worker-class=gevent", "--threads"},
                        Case{"--worker_class", "--threads"},
                        Case{"-D", "systemd"},
                        Case{"--daemon", "systemd"},
                        Case{"--preload", "in each worker"},
                        Case{"--log-config=a", "--log-level"},
                        Case{"--statsd-host=a", "--admin-bind"},
                        Case{"--statsd-prefix", "--admin-bind"},
                        Case{"--log-syslog", "standard error"},
                        Case{"--log-syslog-to=a", "standard error"},
                        Case{"--reload", "HUP"},
                        Case{"--reload-extra-file=a", "HUP"},
                        Case{"--certfile=a", "proxy"},
                        Case{"--keyfile", "proxy"},
                        Case{"--ssl-certfile=a", "proxy"},
                        Case{"--static-path-mount=d", "--static PREFIX=DIR"},
                        Case{"--port=80", "--bind"},
                        Case{"--host=a", "--bind"}}) {
    SCOPED_TRACE(c.word);
    const std::string text = complaint({c.word});
    EXPECT_NE(text.find(" is not supported: "), std::string::npos) << text;
    EXPECT_NE(text.find(c.advice), std::string::npos) << text;
  }
}

TEST(CommandLine, MissingAndSuperfluousValuesAreRefused) {
  EXPECT_NE(complaint({"-w"}).find("--workers"), std::string::npos);
  EXPECT_NE(complaint({"--bind"}).find("--bind"), std::string::npos);
  EXPECT_NE(complaint({"--debug=1"}).find("--debug"), std::string::npos);
  EXPECT_NE(complaint({"--words=1"}).find("--words"), std::string::npos);
}

TEST(HelpText, FitsEightyColumnsAndNamesEveryFlag) {
  const std::string help = help_text();
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
  for (const SettingKey& key : setting_keys()) {
    for (const std::string& flag : split(key.flags, ' ')) {
      EXPECT_NE(help.find(flag), std::string::npos) << flag;
    }
  }
  EXPECT_NE(help.find("[30 seconds]"), std::string::npos);
}

}  // namespace
}  // namespace appserver::config
