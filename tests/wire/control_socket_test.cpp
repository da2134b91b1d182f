// What an operator may ask of the running server, over its socket and with `ctl`.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "operations.hpp"

namespace appserver::testing {
namespace {

namespace fs = std::filesystem;

std::string text_of(const boost::json::object& object, std::string_view name) {
  return object.at(boost::json::string_view(name.data(), name.size()))
      .as_string()
      .c_str();
}

TEST(ControlSocket, ReportsInJson) {
  Operated operated({"-w", "2", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_EQ(get(operated.server.port(), "/?x").body, "x");
  // It is counted when its answer has left: an instant after a client has it.
  EXPECT_TRUE(eventually(
      [&] { return operated.report("status").at("requests").as_int64() == 1; }));
  const auto status = operated.report("status");
  EXPECT_EQ(text_of(status, "phase"), "serving");
  EXPECT_EQ(status.at("pid").as_int64(), operated.server.pid());
  EXPECT_EQ(status.at("workers").at("ready").as_int64(), 2);
  const auto workers = operated.report("workers").at("workers").as_array();
  ASSERT_EQ(workers.size(), 2U);
  for (const pid_t worker : operated.server.workers())
    EXPECT_TRUE(holds(serialize(workers), "\"pid\":" + std::to_string(worker) + ","));
  const auto apps = operated.report("apps").at("apps").as_array();
  ASSERT_EQ(apps.size(), 2U);  // that of no app is the first
  EXPECT_EQ(apps[1].at("app").as_string().c_str(), test_app("nonce"));
  EXPECT_EQ(apps[1].at("requests").as_int64(), 1);
  EXPECT_EQ(apps[1].at("mounts").at(0).as_string().c_str(), std::string("/"));
  const auto config = operated.report("config").at("config").as_object();
  EXPECT_EQ(config.at("workers").as_int64(), 2);
  EXPECT_EQ(config.at("graceful_timeout").as_int64(), 30);
}

TEST(ControlSocket, IsItsOwnersAlone) {
  const Operated operated({"-w", "1", test_app("nonce")});

  struct stat status {};

  ASSERT_EQ(::stat(operated.socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(ControlSocket, RefusesWhatItDoesNotKnow) {
  const Operated operated({"-w", "1", test_app("nonce")});
  EXPECT_EQ(operated.ask("GET /nothing HTTP/1.1").status, 404);
  EXPECT_EQ(operated.ask("POST /status HTTP/1.1").field("allow"), "GET, HEAD");
  EXPECT_EQ(operated.ask("POST /status HTTP/1.1").status, 405);
  EXPECT_EQ(operated.ask("GET /reload HTTP/1.1").status, 405);
  EXPECT_EQ(operated.ask("GET /stop HTTP/1.1").field("allow"), "POST");
  EXPECT_EQ(operated.ask("POST /stop HTTP/1.1", R"({"mode":"soon"})").status, 400);
  EXPECT_EQ(operated.ask("POST /log-level HTTP/1.1", R"({"level":"loud"})").status,
            400);
  EXPECT_EQ(operated.ask("POST /log-level HTTP/1.1").status, 400);
  EXPECT_EQ(operated.ask("POST /log-level HTTP/1.1", std::string(5000, ' ')).status,
            413);
  EXPECT_EQ(operated.ask("GET / HTTP/1.1 ").status, 400);
  auto client = RawClient::to_unix_socket(operated.socket);
  client.send(request("POST /reload HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.read_response().status, 411);
  EXPECT_TRUE(client.expect_closed());
  auto long_one = RawClient::to_unix_socket(operated.socket);
  long_one.send("GET /status HTTP/1.1\r\nA: " + std::string(9000, 'a'));
  EXPECT_EQ(long_one.read_response().status, 431);
}

TEST(ControlSocket, HeadIsAnsweredWithoutABody) {
  const Operated operated({"-w", "1", test_app("nonce")});
  auto client = RawClient::to_unix_socket(operated.socket);
  client.send(request("HEAD /status HTTP/1.1"));
  EXPECT_EQ(client.read_response(true).status, 200);
  EXPECT_TRUE(client.expect_closed());
}

TEST(ControlSocket, SilentClientsKeepNobodyOutForLong) {
  const Operated operated({"-w", "1", test_app("nonce")});
  std::vector<RawClient> silent;
  for (int i = 0; i < 40; ++i) {  // more than it takes at a time
    silent.push_back(RawClient::to_unix_socket(operated.socket));
    silent.back().send("GET /sta");
  }
  EXPECT_EQ(operated.ask("GET /status HTTP/1.1").status, 200);
}

TEST(ControlSocket, AnswersWhileEveryWorkerIsStopped) {
  Operated operated({"-w", "2", test_app("nonce")});
  operated.server.wait_until_listening();
  for (const pid_t worker : operated.server.workers())
    operated.server.signal(worker, SIGSTOP);
  EXPECT_EQ(operated.ask("GET /status HTTP/1.1").status, 200);
  EXPECT_EQ(operated.ctl({"workers"}).exit_code, 0);
  for (const char* path : {"/healthz", "/readyz", "/metrics"})
    EXPECT_EQ(operated.probe(path).status, 200);
  for (const pid_t worker : operated.server.workers())
    operated.server.signal(worker, SIGCONT);
}

TEST(ControlSocket, GoesAwayWithTheServer) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_TRUE(fs::exists(operated.socket));
  operated.server.signal(SIGTERM);
  EXPECT_EQ(operated.server.wait_exit(), 0);
  EXPECT_FALSE(fs::exists(operated.socket));
}

TEST(ControlSocket, IsTakenOverByTheNewServerOfUsr2) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  operated.server.signal(SIGUSR2);
  operated.server.wait_for_line("the new server serves, this one stops");
  EXPECT_NE(operated.report("status").at("pid").as_int64(), operated.server.pid());
  EXPECT_EQ(operated.ctl({"stop"}).exit_code, 0);  // the old one leaves the file alone
  EXPECT_EQ(operated.server.wait_exit(), 0);
  EXPECT_FALSE(fs::exists(operated.socket));
}

TEST(ControlSocket, OfAnotherServerRefusesTheStart) {
  const Operated operated({"-w", "1", test_app("nonce")});
  const Outcome second = ServerProcess::run(
      {"-b", "127.0.0.1:0", "--control-socket", operated.socket, test_app("nonce")});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_TRUE(holds(second.err, "in use"));
  EXPECT_EQ(operated.ask("GET /status HTTP/1.1").status, 200);
}

TEST(Ctl, ReloadWaitsForItsEnd) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  Operated operated({"-w", "2", "-c", file});
  operated.server.wait_until_listening();
  folder.write("a.yaml", mounts_file({{"/new", test_app("nonce")}}));
  const Outcome done = operated.ctl({"reload"});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_EQ(done.out, "reloaded\n");
  EXPECT_EQ(get(operated.server.port(), "/new?x").body, "x");
  EXPECT_EQ(get(operated.server.port(), "/?x").status, 404);
}

TEST(Ctl, ReloadThatIsRefusedSaysWhy) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  Operated operated({"-w", "1", "-c", file});
  operated.server.wait_until_listening();
  folder.write("a.yaml", "wrokers: 3\n");
  EXPECT_EQ(operated.ask("POST /reload HTTP/1.1").status, 409);
  const Outcome refused = operated.ctl({"reload"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(holds(refused.err, "wrokers"));
  EXPECT_EQ(get(operated.server.port(), "/?x").body, "x");
  const auto status = operated.report("status");
  EXPECT_EQ(status.at("refused_reloads").as_int64(), 2);
  EXPECT_TRUE(holds(text_of(status, "last_refusal"), "wrokers"));
}

TEST(Ctl, LogLevelHoldsUntilAReload) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_EQ(operated.ctl({"log-level", "error"}).out, "log level error\n");
  EXPECT_EQ(text_of(operated.report("status"), "log_level"), "error");
  operated.server.signal(SIGTTIN);
  EXPECT_TRUE(eventually([&] {
    return operated.report("status").at("workers").at("ready").as_int64() == 2;
  }));
  EXPECT_EQ(operated.server.count_lines("from now on there are 2 workers"), 0U);
  EXPECT_EQ(operated.ctl({"reload"}).exit_code, 0);
  EXPECT_EQ(text_of(operated.report("status"), "log_level"), "info");
  operated.server.signal(SIGTTOU);
  operated.server.wait_for_line("from now on there are 1 workers");
  EXPECT_EQ(operated.ctl({"log-level", "loud"}).exit_code, 1);
}

TEST(Ctl, LogLevelReachesTheWorkers) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_EQ(operated.ctl({"log-level", "error"}).exit_code, 0);
  operated.server.signal(SIGTERM);
  EXPECT_EQ(operated.server.wait_exit(), 0);
  EXPECT_EQ(operated.server.count_lines(said::kDraining), 0U);
}

TEST(Ctl, ReopenMakesTheFilesAnew) {
  const TempFolder folder;
  const std::string log = folder / "access.log";
  Operated operated({"-w", "1", "--access-logfile", log, test_app("nonce")});
  operated.server.wait_until_listening();
  fs::rename(log, folder / "old.log");
  EXPECT_EQ(operated.ctl({"reopen"}).out, "reopened\n");
  EXPECT_TRUE(eventually([&] {
    get(operated.server.port(), "/?after");
    return read_file(log).find("after") != std::string::npos;
  }));
}

TEST(Ctl, StopIsGracefulOrQuick) {
  Operated graceful({"-w", "1", test_app("nonce")});
  graceful.server.wait_until_listening();
  EXPECT_EQ(graceful.ctl({"stop"}).out, "stopping\n");
  EXPECT_EQ(graceful.server.wait_exit(), 0);
  Operated quick({"-w", "1", test_app("nonce")});
  quick.server.wait_until_listening();
  EXPECT_EQ(quick.ctl({"stop", "--quick"}).exit_code, 0);
  EXPECT_EQ(quick.server.wait_exit(), 2);
}

TEST(Ctl, ShowsTablesOrWhatTheServerSays) {
  Operated operated({"-w", "1", test_app("nonce")});
  operated.server.wait_until_listening();
  EXPECT_TRUE(
      holds(operated.ctl({"status"}).out, "\nphase                       serving\n"));
  EXPECT_TRUE(holds(operated.ctl({"workers"}).out, "WORKER"));
  EXPECT_TRUE(holds(operated.ctl({"apps"}).out, test_app("nonce")));
  EXPECT_TRUE(holds(operated.ctl({"config"}).out, "\ngraceful_timeout: 30\n"));
  const Outcome raw = operated.ctl({"--json", "workers"});
  EXPECT_EQ(boost::json::parse(raw.out).at("workers").as_array().size(), 1U);
}

TEST(Ctl, WrongWordsAreExitCode2) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"ctl"},
                                             {"ctl", "statsu"},
                                             {"ctl", "status", "now"},
                                             {"ctl", "log-level"},
                                             {"ctl", "reload", "--quick"},
                                             {"ctl", "--sokcet", "x", "status"},
                                             {"ctl", "status", "--socket"}}) {
    const Outcome outcome = ServerProcess::run(words);
    EXPECT_EQ(outcome.exit_code, 2) << words.back();
    EXPECT_TRUE(holds(outcome.err, "appserver ctl --help"));
  }
  EXPECT_TRUE(holds(ServerProcess::run({"ctl", "statsu"}).err, "did you mean status?"));
  EXPECT_TRUE(holds(ServerProcess::run({"help", "ctl"}).out, "log-level LEVEL"));
}

TEST(Ctl, NoServerIsExitCode3) {
  const TempFolder folder;
  const auto run = [&](const std::string& socket) {
    return ServerProcess::run({"ctl", "--socket", socket, "status"});
  };
  const Outcome missing = run(folder / "none");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_TRUE(holds(missing.err, "there is no such socket"));
  const std::string file = folder.write("file", "");
  EXPECT_EQ(run(file).exit_code, 3);
  Launch launch;
  launch.arguments = {"ctl", "status"};
  launch.environment = {{"TMPDIR", folder.path()}};
  const Outcome lost = ServerProcess::run(launch);
  EXPECT_EQ(lost.exit_code, 3);
  EXPECT_TRUE(holds(lost.err, "no running server of this user was found"));
}

// One that speaks HTTP, too.
TEST(Ctl, AnotherProgramsSocketIsExitCode3) {
  const TempFolder folder;
  const std::string socket = folder / "app.sock";
  ServerProcess server({"-b", "unix:" + socket, "--single-process", test_app("nonce")});
  const Outcome outcome = ServerProcess::run({"ctl", "--socket", socket, "reload"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(holds(outcome.err, "who listens there is no appserver"));
}

TEST(Ctl, FindsTheOnlyServerOfItsUser) {
  ServerProcess server({"-w", "1", test_app("nonce")});
  Launch launch;
  launch.arguments = {"ctl", "status", "--json"};
  launch.environment = {{"TMPDIR", server.temp_folder().path()}};
  const Outcome one = ServerProcess::run(launch);
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_TRUE(holds(one.out, "\"pid\":" + std::to_string(server.pid()) + ","));
  Launch second;
  second.arguments = {"-b", "127.0.0.1:0", "-w", "1", test_app("nonce")};
  second.environment = launch.environment;
  ServerProcess other(second);
  other.wait_until_listening();
  const Outcome two = ServerProcess::run(launch);
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_EQ(times(two.err, "--socket "), 2U);
}

TEST(Ctl, FindsTheServerByVariableAndByFile) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "control_socket: c.sock\n" + mounts_file({{"/", test_app("nonce")}}));
  ServerProcess server({"-w", "1", "-c", file});
  EXPECT_EQ(ServerProcess::run({"ctl", "-c", file, "status"}).exit_code, 0);
  Launch launch;
  launch.arguments = {"ctl", "status"};
  launch.environment = {{"APPSERVER_CONTROL", folder / "c.sock"}};
  EXPECT_EQ(ServerProcess::run(launch).exit_code, 0);
  const std::string off = folder.write("off.yaml", "control_socket: off\n");
  const Outcome none = ServerProcess::run({"ctl", "-c", off, "status"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_TRUE(holds(none.err, "control_socket: off"));
}

TEST(Ctl, SocketThatIsOffIsNotThere) {
  ServerProcess server({"-w", "1", "--control-socket", "off", test_app("nonce")});
  EXPECT_EQ(server.count_lines("control socket"), 0U);
}

}  // namespace
}  // namespace appserver::testing
