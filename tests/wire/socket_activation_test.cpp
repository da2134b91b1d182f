// Listening sockets that a service manager has opened: LISTEN_FDS.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

/// A socket of the test, which it may listen on.
struct Bound {
  explicit Bound(bool listens, int type = SOCK_STREAM)
      : fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
    if (listens) {
      EXPECT_EQ(::listen(fd, 16), 0);
    }
    EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }

  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  ~Bound() { ::close(fd); }

  int fd;
  std::uint16_t port = 0;
};

/// As a service manager starts it: the shell knows the number that it will have.
/// `pid`: $$ is that number.
Launch activated(int fd, std::vector<std::string> words, const std::string& pid = "$$",
                 const std::string& count = "1") {
  Launch launch;
  launch.program = "/bin/sh";
  launch.arguments = {
      "-c", "LISTEN_PID=" + pid + " LISTEN_FDS=" + count + " exec \"$0\" \"$@\"",
      server_binary()};
  launch.arguments.insert(launch.arguments.end(), words.begin(), words.end());
  launch.environment = {{"LISTEN_FDNAMES", "web"}};
  launch.fd_three = fd;
  return launch;
}

TEST(SocketActivation, InheritedSocketsWinOverBind) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    SCOPED_TRACE(shape[0]);
    const Bound socket(true);
    std::vector<std::string> words = {"-b", "127.0.0.1:1", test_app("process")};
    words.insert(words.end(), shape.begin(), shape.end());
    ServerProcess server(activated(socket.fd, words));
    server.wait_for_line(
        "listening on 1 socket of the service manager (web) instead of bind");
    server.wait_until_listening();
    EXPECT_EQ(server.port(), socket.port);
    for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) {
      EXPECT_EQ(get(socket.port, "/environment?" + std::string(name)).body, "absent");
    }
  }
}

TEST(SocketActivation, AReloadChangesNothingOfIt) {
  const Bound socket(true);
  ServerProcess server(activated(socket.fd, {"-w", "1", test_app("process")}));
  server.wait_until_listening();
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  EXPECT_EQ(server.count_lines("need a restart"), 0U);
  EXPECT_EQ(get(socket.port, "/").body, "done");
}

TEST(SocketActivation, ANewServerAfterUsr2HasThemToo) {
  const Bound socket(true);
  ServerProcess server(activated(socket.fd, {"-w", "1", test_app("process")}));
  server.wait_until_listening();
  server.signal(SIGUSR2);
  const std::string line = server.wait_for_line(said::kListening, 2);
  server.wait_for_line("[INFO] stopped");
  EXPECT_EQ(server.count_lines("instead of bind"), 2U);
  EXPECT_EQ(get(socket.port, "/").body, "done");
  EXPECT_EQ(get(socket.port, "/environment?LISTEN_FDS").body, "absent");
  // It is no child of ours; it has said its number and serves.
  ::kill(static_cast<pid_t>(std::stol(line.substr(line.find("(pid ") + 5))), SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(SocketActivation, SocketsOfAnotherProcessAreIgnored) {
  const Bound socket(true);
  ServerProcess server(
      activated(socket.fd, {"-b", "127.0.0.1:0", test_app("process")}, "1"));
  server.wait_until_listening();
  EXPECT_NE(server.port(), socket.port);
  EXPECT_EQ(server.count_lines("service manager"), 0U);
  EXPECT_EQ(get(server.port(), "/environment?LISTEN_FDS").body, "absent");
}

TEST(SocketActivation, WhatDoesNotListenIsRefused) {
  const Bound bound(false);
  const Bound datagrams(false, SOCK_DGRAM);
  for (const int fd : {bound.fd, datagrams.fd}) {
    const Outcome outcome = ServerProcess::run(activated(fd, {test_app("process")}));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err,
                      "cannot listen on fd://3: it is not a listening stream socket"));
  }
}

TEST(SocketActivation, ANumberThatCannotBeMeantIsRefused) {
  const Bound socket(true);
  for (const char* count : {"-1", "x", "1x", "100000"}) {
    const Outcome outcome =
        ServerProcess::run(activated(socket.fd, {test_app("process")}, "$$", count));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err, "LISTEN_FDS: \"" + std::string(count) + "\""));
  }
  const Outcome outcome =
      ServerProcess::run(activated(socket.fd, {test_app("process")}, "$$", "200"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err, "cannot listen on fd://"));
}

}  // namespace
}  // namespace appserver::testing
