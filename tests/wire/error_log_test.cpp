// The error log: its formats, its level, and what apps print.
#include <signal.h>

#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

constexpr auto kOut = ServerProcess::Stream::Out;

TEST(ErrorLog, HasWhatAppsPrintAndSaysWhoPrintedIt) {
  ServerProcess server({"-w", "1", test_app("process")});
  EXPECT_EQ(get(server.port(), "/print?hello").status, 200);
  const std::string who =
      "[OUTPUT] worker 1 (pid " + std::to_string(server.workers().at(0)) + "): ";
  server.wait_for_line(who + "printed hello");
  server.wait_for_line(who + "complained hello");
  server.wait_for_access_line("GET /print?hello ");
  EXPECT_EQ(server.count_lines("printed", kOut), 0U);
  EXPECT_EQ(server.count_lines("complained", kOut), 0U);
  EXPECT_EQ(server.count_lines("GET /print"), 0U);
}

TEST(ErrorLog, IsNotWhereASingleProcessPrints) {
  auto server = serve("process");
  get(server.port(), "/print?hello");
  server.wait_for_line("complained hello");
  EXPECT_EQ(server.count_lines("OUTPUT"), 0U);
}

TEST(ErrorLog, HasTheLastWordsOfAWorker) {
  ServerProcess server({"-w", "1", test_app("process")});
  RawClient client(server.port());
  client.send(request("GET /print-and-die?farewell HTTP/1.1"));
  server.wait_for_line("): printed farewell");
  server.wait_for_line("): complained farewell");
  server.wait_for_line(said::kWorkerReady, 2);
}

TEST(ErrorLog, HasWhatIsPrintedWhileAnAppIsLoaded) {
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "-w", "1", test_app("process")};
  launch.environment = {{"PROCESS_SAYS", "good \x01 morning"}};
  ServerProcess server(launch);
  server.wait_for_line("[OUTPUT] check: good \\x01 morning");
  server.wait_for_line("[OUTPUT] worker 1 (pid ");
}

TEST(ErrorLog, AnAppThatPrintsWithoutMeasureKeepsNobodyFromAnswers) {
  ServerProcess server({"-w", "2", test_app("process")});
  EXPECT_EQ(get(server.port(), "/flood?/20000").status, 200);
  server.wait_for_line("): line 1");
  server.wait_for_line("): line ", 20'000);
  EXPECT_EQ(server.count_lines("): line "), 20'000U);
}

TEST(ErrorLog, AReloadChangesTheLevelAndNoLevelHidesWhatAppsPrint) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("process")}});
  const std::string file = folder.write("a.yaml", mounts + "loglevel: info\n");
  ServerProcess server({"-w", "1", "-c", file});
  folder.write("a.yaml", mounts + "loglevel: critical\n");
  server.signal(SIGHUP);
  server.wait_for_line("log level critical");
  get(server.port(), "/print?quiet");
  server.wait_for_line("printed quiet");
  EXPECT_EQ(server.count_lines(said::kReloaded), 0U);  // it is [INFO]
  folder.write("a.yaml", mounts + "loglevel: debug\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_EQ(server.count_lines("need a restart"), 0U);
}

TEST(ErrorLog, IsJsonWhereThatIsAskedFor) {
  ServerProcess server({"-w", "1", "--error-logformat", "json", test_app("process")});
  EXPECT_TRUE(
      matches(server.wait_for_line("listening on"),
              "\\{\"ts\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\","
              "\"level\":\"info\","
              "\"pid\":\\d+,\"msg\":\"listening on http://127\\.0\\.0\\.1:\\d+ \\(pid "
              "\\d+\\)\"\\}"));
  get(server.port(), "/print?%22quoted");
  get(server.port(), "/print?\"quoted\\");
  EXPECT_TRUE(holds(server.wait_for_line("printed \\\"quoted\\\\"),
                    "\"level\":\"output\",\"pid\":" + std::to_string(server.pid())));
}

TEST(ErrorLog, AnotherFormatIsRefused) {
  const Outcome outcome =
      ServerProcess::run({"--error-logformat", "xml", test_app("process")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "no format of the error log; write text or json"));
}

/// Under a shell that knows what its standard error is.
Launch under_journal(const std::string& stream) {
  Launch launch;
  launch.program = "/bin/sh";
  launch.arguments = {"-c",
                      "JOURNAL_STREAM=" + stream + " exec \"$0\" \"$@\"",
                      server_binary(),
                      "-b",
                      "127.0.0.1:0",
                      "-w",
                      "1",
                      test_app("process")};
  return launch;
}

TEST(ErrorLog, IsPlainWhereTheJournalReadsIt) {
  ServerProcess server(under_journal("$(stat -L -c %d:%i /dev/stderr)"));
  EXPECT_TRUE(server.wait_for_line("starts").starts_with("[INFO] appserver/"));
}

TEST(ErrorLog, HasItsTimeWhereTheJournalReadsSomethingElse) {
  ServerProcess server(under_journal("1:1"));
  EXPECT_TRUE(server.wait_for_line("starts").starts_with("[2"));
}

}  // namespace
}  // namespace appserver::testing
