// What the binary does beside serving, and how it refuses to start. Exit codes: 0, 1
// usage.
#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

TEST(Start, VersionIsSaid) {
  const Outcome outcome = ServerProcess::run({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(matches(
      outcome.out, "appserver/\\d+\\.\\d+\\.\\d+ \\(gateway ABI 1\\.0 draft 1\\)\\n"));
}

TEST(Start, HelpNamesEveryFlagItKnows) {
  for (const char* flag : {"--help", "-h"}) {
    const Outcome outcome = ServerProcess::run({flag});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char* words : {"Usage: appserver", "--bind", "--workers",
                              "--check-config", "--single-process", "inspect"}) {
      EXPECT_TRUE(holds(outcome.out, words));
    }
  }
}

TEST(Start, NoAppIsAUsageError) {
  const Outcome outcome = ServerProcess::run({"-b", "127.0.0.1:0"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "name an application"));
  EXPECT_EQ(outcome.out, "");
}

TEST(Start, UnknownFlagIsAUsageErrorWithASuggestion) {
  const Outcome outcome = ServerProcess::run({"--workerz", "2", test_app("nonce")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "--workerz"));
  EXPECT_TRUE(holds(outcome.err, "--workers"));
}

TEST(Start, FlagsOfOthersAreRefusedWithTheOneToUse) {
  for (const char* flag : {"--factory", "--preload", "-D"}) {
    const Outcome outcome = ServerProcess::run({flag, test_app("nonce")});
    EXPECT_EQ(outcome.exit_code, 1) << flag;
    EXPECT_TRUE(holds(outcome.err, flag));
  }
}

TEST(Start, UnknownKeyIsAUsageErrorWithFileAndLine) {
  const TempFolder folder;
  const std::string file = folder.write("a.yaml", "bind: 127.0.0.1:0\nworkerz: 2\n");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--check-config"}, {"-t"}}) {
    std::vector<std::string> words = {"-c", file};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = ServerProcess::run(words);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err, file + ":2"));
    EXPECT_TRUE(holds(outcome.err, "workerz"));
    EXPECT_TRUE(holds(outcome.err, "workers"));
  }
}

TEST(Start, BadValuesAreUsageErrors) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--workers", "0"},
                                             {"--workers", "many"},
                                             {"--bind", "nowhere"},
                                             {"--timeout", "soon"},
                                             {"--threads", "-1"},
                                             {"--client-max-body-size", "big"}}) {
    std::vector<std::string> all = words;
    all.push_back(test_app("nonce"));
    const Outcome outcome = ServerProcess::run(all);
    EXPECT_EQ(outcome.exit_code, 1) << words[0];
    EXPECT_TRUE(holds(outcome.err, words[1]));
  }
}

TEST(Start, MissingConfigFileIsAUsageError) {
  const TempFolder folder;
  const Outcome outcome = ServerProcess::run({"-c", folder / "none.yaml"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, folder / "none.yaml"));
}

TEST(Start, CheckConfigSaysThatAllIsWell) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "bind: 127.0.0.1:0\n" + mounts_file({{"/", test_app("lifecycle")}}));
  for (const char* flag : {"--check-config", "-t"}) {
    const Outcome outcome = ServerProcess::run({"-c", file, flag});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_FALSE((outcome.out + outcome.err).empty());
  }
}

TEST(Start, CheckConfigTriesTheApps) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "bind: 127.0.0.1:0\n" + mounts_file({{"/", test_app("needs_more")}}));
  const Outcome outcome = ServerProcess::run({"-c", file, "--check-config"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_TRUE(holds(outcome.err, "function_that_nobody_has"));
}

TEST(Start, PrintConfigIsAConfigThatIsReadBack) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "bind: 127.0.0.1:0\ntimeout: 7s\n" +
                    mounts_file({{"/a", test_app("nonce"), "config: {x: 1}"}}));
  const Outcome first = ServerProcess::run({"-c", file, "--print-config"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(holds(first.out, "timeout: 7"));
  const std::string again = folder.write("b.yaml", first.out);
  const Outcome second = ServerProcess::run({"-c", again, "-T"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  // The comments say where a mount was asked for, and that is another file now.
  const std::regex comment(" *#[^\n]*");
  EXPECT_EQ(std::regex_replace(second.out, comment, ""),
            std::regex_replace(first.out, comment, ""));
}

TEST(Start, SettingsComeFromFileThenEnvironmentThenFlags) {
  const TempFolder folder;
  const std::string file = folder.write("a.yaml", "threads: 5\nqueue: 5\nbacklog: 5\n");
  Launch launch;
  launch.arguments = {"-c", file, "--backlog", "7", "-T", test_app("nonce")};
  launch.environment = {{"APPSERVER_QUEUE", "6"}, {"APPSERVER_BACKLOG", "6"}};
  const Outcome outcome = ServerProcess::run(launch);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(holds(outcome.out, "threads: 5"));
  EXPECT_TRUE(holds(outcome.out, "queue: 6"));
  EXPECT_TRUE(holds(outcome.out, "backlog: 7"));
}

TEST(Start, InspectRunsNothing) {
  const TempFolder folder;
  const std::string mark = folder / "mark";
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--json"}}) {
    Launch launch;
    launch.arguments = {"inspect", test_app_file("loud")};
    launch.arguments.insert(launch.arguments.end(), more.begin(), more.end());
    launch.environment = {{"LOUD_MARK", mark}};
    const Outcome outcome = ServerProcess::run(launch);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(holds(outcome.out, "app"));
    EXPECT_FALSE(std::filesystem::exists(mark));
  }
  // The mark does work.
  Launch launch;
  launch.arguments = {"--check-config", test_app("loud")};
  launch.environment = {{"LOUD_MARK", mark}};
  EXPECT_EQ(ServerProcess::run(launch).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(mark));
}

TEST(Start, InspectNamesAllCallables) {
  const Outcome outcome = ServerProcess::run({"inspect", test_app_file("recorder")});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* callable : {"app", "blocking", "serial", "buffered"}) {
    EXPECT_TRUE(holds(outcome.out, callable));
  }
}

TEST(Start, InspectSaysWhatAFileIsNot) {
  const TempFolder folder;
  const Outcome text = ServerProcess::run({"inspect", folder.write("a.so", "text")});
  EXPECT_NE(text.exit_code, 0);
  EXPECT_TRUE(holds(text.err, "ELF"));
  EXPECT_NE(ServerProcess::run({"inspect", folder / "none.so"}).exit_code, 0);
}

TEST(Start, PidfileIsWrittenAndRemoved) {
  const TempFolder folder;
  const std::string path = folder / "pid";
  {
    const auto server = serve("nonce", "app", {"--pid", path});
    EXPECT_EQ(read_file(path), std::to_string(server.pid()) + "\n");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace appserver::testing
