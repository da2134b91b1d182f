// user, group, umask and chdir. Whoever is not root sees that only root may ask for the
// first two; and where other users may not even read the system, that the server says
// so. The rest of those tests is for root on a machine with users.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNobody = "65534";
constexpr uid_t kNobodysId = 65534;

/// What that user can read and write.
struct NobodysFolder {
  NobodysFolder()
      : app(folder.install(test_app_file("process"), "app.so")),
        run(folder / "run"),
        is_root(::geteuid() == 0) {
    fs::create_directory(run);
    for (const std::string& path : {run, folder / ".", app}) {
      fs::permissions(path, fs::perms(0755));
      const int given = is_root ? ::chown(path.c_str(), kNobodysId, kNobodysId) : 0;
      EXPECT_EQ(given, 0);
    }
    is_useful = is_root && can_write(run);
  }

  /// May that user run a program, and write there?
  static bool can_write(const std::string& path) {
    Launch launch;
    launch.program = "/usr/bin/setpriv";
    launch.arguments = {
        "--reuid", kNobody,         "--regid", kNobody, "--clear-groups",
        "--",      "/usr/bin/test", "-w",      path};
    return ServerProcess::run(launch).exit_code == 0;
  }

  [[nodiscard]] Launch launch(std::vector<std::string> more) const {
    Launch launch;
    launch.arguments = {"-b", "127.0.0.1:0", "--runtime-dir", run, "--user", kNobody,
                        app};
    launch.arguments.insert(launch.arguments.end(), more.begin(), more.end());
    return launch;
  }

  TempFolder folder;
  std::string app, run;
  bool is_root;
  bool is_useful = false;  // to become nobody
};

uid_t owner_of(const std::string& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

const std::vector<std::vector<std::string>> kShapes = {{"--single-process"},
                                                       {"-w", "2"}};

void expect_refused(const NobodysFolder& nobody) {
  const Outcome outcome = ServerProcess::run(nobody.launch({}));
  EXPECT_EQ(outcome.exit_code, nobody.is_root ? 3 : 1);
  EXPECT_TRUE(holds(outcome.err, nobody.is_root ? "Permission denied"
                                                : "user: only root can become user"));
}

TEST(Privileges, EveryProcessBecomesThatUserForGood) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    ServerProcess server(nobody.launch(shape));
    server.wait_until_listening();
    const std::string who = get(server.port(), "/who").body;
    EXPECT_TRUE(holds(who, "uid=65534 euid=65534 gid=65534 groups=65534, "));
    EXPECT_TRUE(holds(who, "no_new_privs=1 "));
    EXPECT_TRUE(holds(who, "capabilities=0000000000000000"));
    const std::string status =
        read_file("/proc/" + std::to_string(server.pid()) + "/status");
    EXPECT_TRUE(holds(status, "Uid:\t65534\t65534\t65534\t65534\n"));
    EXPECT_TRUE(holds(status, "Gid:\t65534\t65534\t65534\t65534\n"));
    EXPECT_TRUE(holds(status, "CapPrm:\t0000000000000000\n"));
    server.signal(SIGHUP);
    server.wait_for_line(said::kReloaded);
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    EXPECT_TRUE(fs::is_empty(nobody.run));
  }
}

TEST(Privileges, TheCheckIsMadeAsThatUser) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  const Outcome good = ServerProcess::run(nobody.launch({"--check-config"}));
  EXPECT_EQ(good.exit_code, 0) << good.err;
  fs::permissions(nobody.app, fs::perms::none);
  EXPECT_EQ(::chown(nobody.app.c_str(), 0, 0), 0);
  const Outcome bad = ServerProcess::run(nobody.launch({"--check-config"}));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_TRUE(holds(bad.err, "Permission denied"));
}

TEST(Privileges, ANewServerAfterUsr2IsThatUserToo) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  Launch launch = nobody.launch({"-w", "1", "--pid", nobody.run + "/pid"});
  launch.program = nobody.folder.install(server_binary(), "appserver");
  fs::permissions(launch.program, fs::perms(0755));
  ServerProcess server(launch);
  server.wait_until_listening();
  server.signal(SIGUSR2);
  const std::string line = server.wait_for_line(said::kListening, 2);
  server.wait_for_line("[INFO] stopped");
  EXPECT_TRUE(
      holds(get(server.port(), "/who").body, "uid=65534 euid=65534 gid=65534 "));
  // It is no child of ours; it has said its number and serves.
  ::kill(static_cast<pid_t>(std::stol(line.substr(line.find("(pid ") + 5))), SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
  EXPECT_TRUE(fs::is_empty(nobody.run));
}

TEST(Privileges, AGroupTakesTheUsersPlace) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  ServerProcess server(nobody.launch({"--group", "12345", "-w", "1"}));
  server.wait_until_listening();
  EXPECT_TRUE(holds(get(server.port(), "/who").body, " gid=12345 groups=12345"));
}

TEST(Privileges, WithoutThemNothingChanges) {
  const ServerProcess server({"-w", "1", test_app("process")});
  EXPECT_TRUE(holds(get(server.port(), "/who").body,
                    "uid=" + std::to_string(::getuid()) + " "));
}

TEST(Privileges, OnlyRootMayAsk) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  Launch launch = nobody.launch({});
  launch.arguments.insert(launch.arguments.begin(),
                          {"--reuid=4321", "--regid=4321", "--clear-groups",
                           nobody.folder.install(server_binary(), "appserver")});
  fs::permissions(launch.arguments[3], fs::perms(0755));
  launch.program = "/usr/bin/setpriv";
  const Outcome outcome = ServerProcess::run(launch);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "user: only root can become user"));
  EXPECT_TRUE(holds(outcome.err, "this process is user 4321"));
}

TEST(Privileges, WhoCannotBeMeantIsRefused) {
  const NobodysFolder nobody;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--user", "no-such-user"}, "user: there is no user \"no-such-user\""},
      {{"--user", "-2"}, "user: there is no user \"-2\""},
      {{"--group", "no-such-group"}, "group: there is no group \"no-such-group\""},
      {{"--user", "", "--group", "12345"}, "group: name a user, too"},
      {{"--user", "root"}, "user: \"root\" is root"}};
  for (const auto& [words, why] : cases) {
    const Outcome outcome = ServerProcess::run(nobody.launch(words));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err, why));
  }
}

TEST(Privileges, FilesBelongToThatUserAndThePidFileGoes) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  const TempFolder roots;
  fs::permissions(roots / ".", fs::perms(0755));
  const std::string pid_file = roots / "pid";
  const std::string socket = roots / "socket";
  ServerProcess server(nobody.launch(
      {"-w", "1", "-b", "unix:" + socket, "--pid", pid_file, "--error-logfile",
       nobody.run + "/error.log", "--access-logfile", nobody.run + "/access.log"}));
  EXPECT_TRUE(eventually([&] {
    return read_file(nobody.run + "/error.log").find("listening on unix") !=
           std::string::npos;
  }));
  EXPECT_EQ(read_file(pid_file), std::to_string(server.pid()) + "\n");
  for (const std::string& path :
       {pid_file, socket, nobody.run + "/error.log", nobody.run + "/access.log"}) {
    EXPECT_EQ(owner_of(path), kNobodysId) << path;
  }
  server.signal(SIGUSR1);  // both are opened again
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
  EXPECT_EQ(read_file(pid_file), "");  // the folder is root's
}

TEST(Privileges, ALogThatTheUserMayNotWriteIsRefusedAtTheStart) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  const TempFolder roots;
  const Outcome outcome =
      ServerProcess::run(nobody.launch({"--error-logfile", roots / "error.log"}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "cannot open the log"));
}

/// One below 1024 that nobody has now; 0 where there is none.
int free_privileged_port() {
  for (int port = 1023; port > 600; --port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool is_free =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (is_free) return port;
  }
  return 0;
}

TEST(Privileges, AWorkerMoreListensOnAPrivilegedPortAndMayNot) {
  const NobodysFolder nobody;
  if (!nobody.is_useful) return expect_refused(nobody);
  const std::string address = "127.0.0.1:" + std::to_string(free_privileged_port());
  ServerProcess server(nobody.launch({"-w", "1", "-b", address}));
  server.wait_for_line("listening on http://" + address);
  server.wait_until_listening();
  server.signal(SIGTTIN);
  server.wait_for_line(said::kWorkerReady, 2);
  const std::string status =
      read_file("/proc/" + std::to_string(server.pid()) + "/status");
  EXPECT_TRUE(holds(status, "CapPrm:\t0000000000000400\n"));
  for (const pid_t worker : server.workers()) {
    EXPECT_TRUE(holds(read_file("/proc/" + std::to_string(worker) + "/status"),
                      "CapPrm:\t0000000000000000\n"));
  }
}

TEST(Process, UmaskAndFolderAreTaken) {
  const TempFolder folder;
  const std::string real = fs::canonical(folder / ".").string();
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("process")}}));
  for (const auto& shape : kShapes) {
    SCOPED_TRACE(shape[0]);
    Launch launch;
    launch.folder = real;
    launch.arguments = {"-b",  "127.0.0.1:0", "-c", "a.yaml",           "--umask",
                        "027", "--chdir",     "/",  "--access-logfile", "off"};
    launch.arguments.insert(launch.arguments.end(), shape.begin(), shape.end());
    ServerProcess server(launch);
    server.wait_until_listening();
    EXPECT_TRUE(holds(get(server.port(), "/who").body, " umask=027 folder=/ "));
    server.signal(SIGHUP);  // a.yaml is found again
    server.wait_for_line(said::kReloaded);
    EXPECT_EQ(server.count_lines("need a restart"), 0U);
  }
  const ServerProcess plain({"-w", "1", test_app("process")});
  EXPECT_FALSE(get(plain.port(), "/who").body.find("folder=/ ") != std::string::npos);
}

TEST(Process, WhatIsNoUmaskAndNoFolderIsRefused) {
  for (const char* mask : {"888", "1777", "00027", "-1", "rwx"}) {
    const Outcome outcome = ServerProcess::run({"--umask", mask, test_app("process")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err, "is not a umask"));
  }
  const Outcome outcome =
      ServerProcess::run({"--chdir", "/no/such/folder", test_app("process")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "chdir: cannot go to /no/such/folder: No such file"));
}

}  // namespace
}  // namespace appserver::testing
