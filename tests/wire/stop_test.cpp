// How the server ends: gracefully on TERM and INT, at once when asked twice.
#include <signal.h>

#include <functional>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

using Words = std::vector<std::string>;
const std::vector<Words> kShapes = {{"--single-process"}, {"-w", "1"}, {"-w", "2"}};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// A start with this folder as its TMPDIR.
Launch start_in(const TempFolder& temporary, const Words& words) {
  Launch launch;
  launch.arguments = with({"-b", "127.0.0.1:0"}, words);
  launch.environment = {{"TMPDIR", temporary.path()}};
  return launch;
}

/// What a server makes in its TMPDIR.
constexpr std::string_view kFolders = "appserver-";

TEST(Stop, FinishesRunningRequests) {
  for (const Words& shape : kShapes) {
    for (const int number : {SIGTERM, SIGINT}) {
      SCOPED_TRACE(shape.back() + " " + std::to_string(number));
      Gate gate;
      ServerProcess server(with(shape, {test_app("slow")}));
      RawClient client(server.port());
      client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
      RawClient streaming(server.port());
      streaming.send(request("GET /wait-after-start?" + gate.path() + " HTTP/1.1"));
      Visit one = gate.next();
      Visit two = gate.next();
      server.signal(number);
      server.wait_for_line(said::kDraining,
                           std::max<std::size_t>(1, server.workers().size()));
      one.release();
      two.release();
      const Response response = client.read_response();
      EXPECT_EQ(response.body, "served");
      EXPECT_EQ(response.field("connection"), "close");
      const Response streamed = streaming.read_response();
      EXPECT_TRUE(streamed.complete);
      EXPECT_EQ(streamed.body, "first last");
      EXPECT_TRUE(client.expect_closed());
      EXPECT_EQ(server.wait_exit(), 0);
      EXPECT_FALSE(can_connect(server.port()));
    }
  }
}

TEST(Stop, IdleKeepAliveClosesAtStop) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    ServerProcess server(with(shape, {test_app("nonce")}));
    RawClient used(server.port());
    used.send(request("GET /?x HTTP/1.1"));
    EXPECT_EQ(used.read_response().body, "x");
    RawClient fresh(server.port());
    server.signal(SIGTERM);
    EXPECT_TRUE(used.expect_closed());
    EXPECT_TRUE(fresh.expect_closed());
    EXPECT_EQ(server.wait_exit(), 0);
  }
}

// Also beyond the moment that a client has which has just connected.
TEST(Stop, AnswerThatIsTakenSlowlyIsWhole) {
  ServerProcess server({"--single-process", test_app("big", "once")});
  RawClient full(server.port(), 4096);
  full.send(request("GET /9000000 HTTP/1.1"));
  full.peek(1);
  const std::size_t room = std::stoul(get(server.port(), "/taken").body);
  RawClient slow(server.port(), 4096);
  slow.send(request("GET /" + std::to_string(room - 50'000) + " HTTP/1.1"));
  EXPECT_EQ(get(server.port(), "/taken").body, std::to_string(room - 50'000));
  RawClient fresh(server.port());
  server.signal(SIGTERM);
  EXPECT_TRUE(fresh.expect_closed());
  const Response response = slow.read_response();
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body.size(), room - 50'000);
  EXPECT_EQ(server.wait_exit(), 0);
}

/// With a request that waits, `force` ends the server at once, with 2, and its workers.
void expect_forced(const std::function<void(ServerProcess&)>& force) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    Gate gate;
    ServerProcess server(with(shape, {test_app("slow")}));
    RawClient client(server.port());
    client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
    const Visit visit = gate.next();
    force(server);
    EXPECT_EQ(server.wait_exit(), 2);
    EXPECT_TRUE(visit.left());
  }
}

TEST(Stop, SecondIntForcesExit2) {
  expect_forced([](ServerProcess& server) {
    server.signal(SIGINT);
    server.wait_for_line(said::kStopping);
    server.signal(SIGINT);
  });
}

TEST(Stop, QuitForcesExit2) {
  expect_forced([](ServerProcess& server) { server.signal(SIGQUIT); });
}

TEST(Stop, GracefulTimeIsBounded) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    Gate gate;
    ServerProcess server(
        with(shape, {"--graceful-timeout", "300ms", test_app("slow")}));
    RawClient client(server.port());
    client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
    const Visit visit = gate.next();
    server.signal(SIGTERM);
    server.wait_exit();
    EXPECT_TRUE(client.read_until_close().empty());
  }
}

TEST(Stop, LeavesNoProcessAndNoFileBehind) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    ServerProcess server(with(shape, {test_app("nonce")}));
    const std::vector<pid_t> workers = server.workers();
    EXPECT_FALSE(server.temp_folder().is_empty());
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    for (const pid_t worker : workers) EXPECT_NE(::kill(worker, 0), 0);
    EXPECT_TRUE(server.temp_folder().is_empty());
  }
}

TEST(Stop, RefusedStartLeavesNoFileBehind) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    Launch launch;
    launch.arguments = with(shape, {"-b", "127.0.0.1:0", test_app("needs_more")});
    ServerProcess server(launch);
    EXPECT_EQ(server.wait_exit(), 4);
    EXPECT_TRUE(server.temp_folder().is_empty());
  }
}

TEST(Stop, ASignalDuringTheStartLeavesNoFileBehind) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    const TempFolder temporary;
    const Launch launch = start_in(temporary, with(shape, {test_app("nonce")}));
    ServerProcess server(launch);
    ASSERT_TRUE(eventually([&] { return temporary.count(kFolders) > 0; }));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    EXPECT_EQ(temporary.count(kFolders), 0U);
  }
}

TEST(Stop, ARefusedPidFileLeavesNoFileBehind) {
  const TempFolder temporary;
  ServerProcess server(
      start_in(temporary, {"--pid", "/nowhere/pid", test_app("nonce")}));
  EXPECT_EQ(server.wait_exit(), 1);
  EXPECT_EQ(temporary.count(kFolders), 0U);
}

TEST(Stop, WhatAKilledServerLeftTheNextOneRemovesAtItsStart) {
  for (const Words& shape : kShapes) {
    SCOPED_TRACE(shape.back());
    const TempFolder temporary;
    const Launch launch = start_in(temporary, with(shape, {test_app("nonce")}));
    {
      ServerProcess killed(launch);
      killed.wait_until_listening();
      killed.signal(SIGKILL);
      killed.wait_exit();
    }
    EXPECT_EQ(temporary.count(kFolders), 1U);
    // One that serves keeps its own.
    ServerProcess serving(launch);
    serving.wait_until_listening();
    ServerProcess next(launch);
    next.wait_until_listening();
    EXPECT_EQ(temporary.count(kFolders), 2U);
    next.signal(SIGTERM);
    EXPECT_EQ(next.wait_exit(), 0);
    serving.signal(SIGTERM);
    EXPECT_EQ(serving.wait_exit(), 0);
    EXPECT_EQ(temporary.count(kFolders), 0U);
  }
}

TEST(Stop, WorkersEndWithTheirSupervisor) {
  Gate gate;
  ServerProcess server({"-w", "2", "--graceful-timeout", "300ms", test_app("slow")});
  RawClient client(server.port());
  client.send(request("GET /wait?" + gate.path() + " HTTP/1.1"));
  const Visit visit = gate.next();
  server.signal(SIGKILL);
  EXPECT_EQ(server.wait_exit(), 128 + SIGKILL);
  EXPECT_TRUE(visit.left());
  EXPECT_TRUE(eventually([&] { return !can_connect(server.port()); }));
}

}  // namespace
}  // namespace appserver::testing
