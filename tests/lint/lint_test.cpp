// Every rule of the strict host can say no, and says nothing to the good twin; what we
// ship is clean.
#include <signal.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include <boost/json.hpp>

#include "lint/rules.hpp"
#include "support/expect.hpp"
#include "support/server_process.hpp"
#include "support/temp_folder.hpp"

namespace appserver::testing {
namespace {

Outcome lint(std::vector<std::string> words) {
  words.insert(words.begin(), "lint");
  return ServerProcess::run(std::move(words));
}

/// The ids of a report.
std::set<std::string> ids_in(const std::string& text) {
  static const std::regex kId("^(warning )?GW-([A-Z][0-9]+) ",
                              std::regex::ECMAScript | std::regex::multiline);
  std::set<std::string> ids;
  for (std::sregex_iterator at(text.begin(), text.end(), kId), end; at != end; ++at) {
    ids.insert((*at)[2]);
  }
  return ids;
}

std::string lint_app(const std::string& name) {
  return std::string(LINT_APPS) + "/" + name + ".so";
}

std::string plugin(const std::string& name) {
  return std::string(LINT_PLUGINS) + "/" + name;
}

void expect_clean(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(ids_in(outcome.out), std::set<std::string>{}) << outcome.out;
  EXPECT_TRUE(holds(outcome.out, ": clean\n"));
}

// -- a rule, the app that breaks it, and its twin

class LintRule : public ::testing::TestWithParam<lint::Rule> {};

#ifndef LINT_SANITIZED
TEST_P(LintRule, IsReportedAloneByItsId) {
  const std::string id(GetParam().id);
  const Outcome outcome = lint({lint_app(id)});
  EXPECT_EQ(outcome.exit_code, GetParam().is_warning ? 0 : 1) << outcome.err;
  EXPECT_EQ(ids_in(outcome.out), std::set<std::string>{id}) << outcome.out;
  EXPECT_TRUE(holds(outcome.out, "what to do: " + std::string(GetParam().to_do)));
}

#endif

TEST_P(LintRule, SaysNothingToTheGoodTwin) {
  expect_clean(lint({lint_app(std::string(GetParam().id) + "_good")}));
}

INSTANTIATE_TEST_SUITE_P(All, LintRule,
                         ::testing::ValuesIn(lint::all_rules().begin(),
                                             lint::all_rules().end()),
                         [](const auto& instance) {
                           return "Gw" + std::string(instance.param.id);
                         });

// -- several at once

TEST(LintCrowd, ABlockingAppThatSharesStateIsFoundAndItsTwinIsNot) {
  const Outcome outcome = lint({lint_app("D19_blocking"), "--rounds", "1"});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_EQ(ids_in(outcome.out), std::set<std::string>{"D19"}) << outcome.out;
  expect_clean(lint({lint_app("D19_blocking_good")}));
}

TEST(LintCrowd, TurnsOfAnEventAppComeAgainWithTheSeed) {
  for (const char* seed : {"1", "2", "3"}) {
    const std::vector<std::string> words{lint_app("D19"), "--seed", seed};
    const Outcome first = lint(words);
    EXPECT_EQ(ids_in(first.out), std::set<std::string>{"D19"}) << first.out;
    EXPECT_EQ(first.out, lint(words).out);
  }
}

// -- what ships, and what the server's own tests use

struct Shipped {
  const char* name;
  std::vector<std::string> words;
};

class Ships : public ::testing::TestWithParam<Shipped> {};

TEST_P(Ships, Clean) {
  const TempFolder folder;
  folder.write("index.html", "<p>files</p>");
  folder.write("big.txt", std::string(100000, 'f'));
  std::vector<std::string> words;
  for (std::string word : GetParam().words) {
    const std::size_t at = word.find("FOLDER");
    if (at != std::string::npos) word.replace(at, 6, folder.path());
    words.push_back(word);
  }
  words[0] = plugin(words[0]);
  expect_clean(lint(words));
}

const Shipped kShipped[] = {
    {"Hello", {"hello.so"}},
    {"PlainC", {"plain_c.so"}},
    {"RustHello", {"rust_hello.so"}},
    {"Echo", {"echo.so"}},
    {"Environ", {"environ.so"}},
    {"Tasks", {"tasks.so", "--request", R"(POST /tasks {"title":"x"})"}},
    {"Files",
     {"files.so:app", "--config", R"({"root":"FOLDER"})", "--request", "/index.html",
      "--request", "/big.txt", "--request", "HEAD /big.txt"}},
    {"FilesAsMiddleware",
     {"files.so:middleware", "--config", R"({"root":"FOLDER"})", "--request",
      "/index.html"}},
    {"Timing", {"timing.so:middleware"}},
    {"RequestLog", {"request_log.so:middleware"}},
    {"Headers", {"headers.so:middleware", "--config", R"({"security":true})"}},
    {"Gzip", {"gzip.so:middleware"}},
    {"RateLimit", {"rate_limit.so:middleware"}},
    // One of the requests comes from "lint", whose password is "lint".
    {"BasicAuth",
     {"basic_auth.so:middleware", "--config",
      R"({"users":{"lint":"$5$lintlint$ISqx4uVcHc7C7Lli4YUPZQG0KTeoQADOsrLJswFp2w6"}})"}},
    {"Ticker", {"ticker.so", "--rounds", "1", "--request", "/events"}},
    {"Chat", {"chat.so", "--request", "WEBSOCKET /ws"}},
};

INSTANTIATE_TEST_SUITE_P(All, Ships, ::testing::ValuesIn(kShipped),
                         [](const auto& instance) {
                           return std::string(instance.param.name);
                         });

// -- the command

TEST(LintCommand, WrongWordsEndWithTwo) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"--sead", "2", "x.so"},
      {"--seed", "many", "x.so"},
      {"--seed"},
      {"--rounds", "0", "x.so"},
      {"--rounds", "1001", "x.so"},
      {"a.so", "b.so"},
      {"--config", "[1]{", "x.so"},
      {"--config", "[]", "x.so"},
      {"--config", "\"text\"", "x.so"},
      {"--request", "nothing", "x.so"},
      {"--request", "GET x/y", "x.so"},
      {"--request", " /", "x.so"},
      {"--request", "G@T /", "x.so"},
      {"--request", "GET /\r\nX: y", "x.so"}};
  for (const auto& words : wrong) {
    const Outcome outcome = lint(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_TRUE(holds(outcome.err, "appserver: lint: "));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_TRUE(holds(lint({"--sead", "2", "x.so"}).err, "did you mean --seed?"));
}

TEST(LintCommand, AConfigThatIsNoneIsNamed) {
  const TempFolder folder;
  EXPECT_TRUE(holds(lint({"--config", "nofile", "x.so"}).err,
                    "--config: cannot read \"nofile\": No such file"));
  const std::string text = folder.write("a.json", "[]");
  EXPECT_TRUE(holds(lint({"--config", text, "x.so"}).err,
                    "takes one JSON object, as {\"key\": 1}; the file \"" + text));
  EXPECT_TRUE(holds(lint({"--config", "[]", "x.so"}).err,
                    "takes one JSON object, as {\"key\": 1}; see"));
  expect_clean(lint({"--config", folder.write("b.json", "{}"), plugin("hello.so")}));
}

TEST(LintCommand, AReportThatCannotBeWrittenIsAFailure) {
  const auto told_to_a_full_disk = [](const std::string& words) {
    Launch launch;
    launch.program = "/bin/sh";
    launch.arguments = {"-c", server_binary() + " " + words + " > /dev/full"};
    return ServerProcess::run(std::move(launch));
  };
  const auto expect_failed = [&](const std::string& words, int code) {
    const Outcome outcome = told_to_a_full_disk(words);
    EXPECT_EQ(outcome.exit_code, code) << words;
    EXPECT_TRUE(holds(outcome.err, "cannot write to the standard output: No space"));
  };
  expect_failed("lint " + plugin("hello.so"), 2);
  expect_failed("lint --help", 2);
  for (const char* words : {"--version", "--help", "--print-config --static /=."})
    expect_failed(words, 1);
  expect_failed("--check-config " + plugin("hello.so"), 1);
  expect_failed("inspect " + plugin("hello.so"), 1);
}

// -- how it ends

/// What a run makes in its TMPDIR.
constexpr std::string_view kFolders = "appserver-";

/// The folder of a run is made, and its module lies in it.
bool has_copy(const TempFolder& temporary) {
  namespace fs = std::filesystem;
  std::error_code ec;  // what is made and renamed meanwhile is looked at again
  for (fs::recursive_directory_iterator it(temporary.path(), ec), end; !ec && it != end;
       it.increment(ec)) {
    if (it->path().extension() == ".so") return true;
  }
  return false;
}

/// One that runs an app that does not return, in a TMPDIR of the test's.
Launch endless(const TempFolder& temporary) {
  Launch launch;
  launch.arguments = {"lint", lint_app("D13")};
  launch.environment = {{"TMPDIR", temporary.path()}};
  return launch;
}

TEST(LintCommand, ASignalEndsItAndLeavesNothing) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    const TempFolder temporary;
    ServerProcess running(endless(temporary));
    ASSERT_TRUE(eventually([&] { return temporary.count(kFolders) > 0; }));
    running.signal(number);
    EXPECT_EQ(running.wait_exit(Deadline{std::chrono::seconds(5)}), 128 + number);
    EXPECT_EQ(running.text(ServerProcess::Stream::Out), "");
    EXPECT_EQ(temporary.count(kFolders), 0U);
  }
}

TEST(LintCommand, WhatOneThatWasKilledLeftTheNextRemoves) {
  const TempFolder temporary;
  {
    ServerProcess running(endless(temporary));
    ASSERT_TRUE(eventually([&] { return has_copy(temporary); }));
    running.signal(SIGKILL);
    running.wait_exit();
  }
  EXPECT_EQ(temporary.count(kFolders), 1U);
  Launch launch;
  launch.arguments = {"lint", plugin("hello.so")};
  launch.environment = {{"TMPDIR", temporary.path()}};
  expect_clean(ServerProcess::run(std::move(launch)));
  EXPECT_EQ(temporary.count(kFolders), 0U);
}

TEST(LintCommand, AModuleThatDoesNotLoadEndsWithFour) {
  const TempFolder folder;
  EXPECT_EQ(lint({folder / "none.so"}).exit_code, 4);
  EXPECT_EQ(lint({folder.write("text.so", "text")}).exit_code, 4);
  const Outcome refused = lint({test_app_file("create_fails")});
  EXPECT_EQ(refused.exit_code, 4) << refused.out;
  EXPECT_TRUE(holds(refused.err, "create() failed: "));
  EXPECT_EQ(lint({plugin("hello.so:nobody")}).exit_code, 4);
}

TEST(LintCommand, HelpEndsWithZero) {
  for (const Outcome& outcome :
       {lint({"--help"}),
        ServerProcess::run(std::vector<std::string>{"help", "lint"})}) {
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_TRUE(holds(outcome.out, "Usage: appserver lint "));
  }
}

TEST(LintCommand, TheSameSeedSaysTheSame) {
  const std::vector<std::string> words{lint_app("O16"), "--seed", "7"};
  const Outcome first = lint(words);
  EXPECT_TRUE(holds(first.out, "seed 7: 1 finding"));
  EXPECT_EQ(first.out, lint(words).out);
}

TEST(LintCommand, ReportsAsJson) {
  const Outcome outcome = lint({lint_app("S7"), "--format", "json"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto report = boost::json::parse(outcome.out).as_object();
  const auto& found = report.at("findings").as_array().at(0).as_object();
  EXPECT_EQ(found.at("rule").as_string(), "GW-S7");
  EXPECT_EQ(found.at("kind").as_string(), "violation");
  EXPECT_GT(found.at("times").as_int64(), 1);
}

}  // namespace
}  // namespace appserver::testing
