// WebSockets of a blocking app: what its threads do, and what the others do meanwhile.
#include <vector>

#include "support/gate.hpp"
#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

ServerProcess serve_blocking(const std::string& threads) {
  return serve("websocket_echo", "blocking", {"--threads", threads});
}

/// Its app waits inside message().
Visit enter(RawClient& client, Gate& gate) {
  client.send(ws_frame(kText, "gate " + gate.path()));
  return gate.next();
}

TEST(BlockingWebSocket, IdleOnesNeedNoThread) {
  const auto server = serve_blocking("1");
  std::vector<RawClient> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(open_ws(server));
  for (RawClient& client : clients) {
    client.send(ws_frame(kText, "hello"));
    EXPECT_TRUE(gives(client, ws_answer(kText, "hello")));
  }
  EXPECT_EQ(get(server.port(), "/asked").body, "no");
}

TEST(BlockingWebSocket, ThreadsServeAsManyAtOnce) {
  const auto server = serve_blocking("3");
  Gate gate;
  RawClient one = open_ws(server);
  RawClient two = open_ws(server);
  RawClient three = open_ws(server);
  Visit first = enter(one, gate);
  Visit second = enter(two, gate);
  three.send(ws_frame(kText, "past them"));
  EXPECT_TRUE(gives(three, ws_answer(kText, "past them")));
  second.release();
  EXPECT_TRUE(gives(two, ws_answer(kText, "before") + ws_answer(kText, "after")));
}

TEST(BlockingWebSocket, WhatItSendsLeavesWhileItWorks) {
  const auto server = serve_blocking("1");
  Gate gate;
  RawClient client = open_ws(server);
  Visit visit = enter(client, gate);
  EXPECT_TRUE(gives(client, ws_answer(kText, "before")));
  visit.release();
  EXPECT_TRUE(gives(client, ws_answer(kText, "after")));
}

TEST(BlockingWebSocket, WhileItWorksItsClientIsNotRead) {
  const auto server = serve_blocking("1");
  Gate gate;
  RawClient client = open_ws(server);
  const Visit visit = enter(client, gate);
  const long before = resident_kib(server.pid());
  EXPECT_FALSE(client.fill(64 * 1024 * 1024));
  EXPECT_LT(resident_kib(server.pid()) - before, 1024);
}

TEST(BlockingWebSocket, WhatCameBehindIsTakenInItsOrder) {
  const auto server = serve_blocking("2");
  Gate gate;
  RawClient client = open_ws(server);
  Visit visit = enter(client, gate);
  std::string wanted = ws_answer(kText, "before") + ws_answer(kText, "after");
  for (int i = 0; i < 200; ++i) {
    client.send(ws_frame(kText, std::to_string(i)));
    wanted += ws_answer(kText, std::to_string(i));
  }
  client.send(ws_frame(kEnd, ws_close(4000)));
  client.half_close();
  visit.release();
  EXPECT_TRUE(gives(client, wanted + ws_answer(kEnd, ws_close(4000))));
  EXPECT_TRUE(sees(server, "passed closed4000 send-5 "));
}

TEST(BlockingWebSocket, ALostClientIsToldBehindTheRunningEvent) {
  const auto server = serve_blocking("2");
  Gate gate;
  RawClient client = open_ws(server, "/registers");
  Visit visit = enter(client, gate);
  client.reset();
  EXPECT_EQ(get(server.port(), "/seen").body, "");
  visit.release();
  EXPECT_TRUE(sees(server, "passed closed1006 send-5 on_close-5 "));
  EXPECT_EQ(times(get(server.port(), "/seen").body, "closed"), 1U);
}

TEST(BlockingWebSocket, ALostClientIsToldWhenAThreadIsFree) {
  auto server = serve_blocking("1");
  Gate gate;
  RawClient other = open_ws(server);
  Visit visit = enter(other, gate);
  RawClient client(server.port());
  client.send(ws_handshake("/"));  // waits for the thread
  visit.release();
  read_ws_head(client);
  Visit again = enter(other, gate);
  client.send(ws_frame(kText, "waits"));
  client.reset();
  again.release();
  EXPECT_TRUE(sees(server, "closed1006 send-5 "));
  server.wait_for_access_line("\" 101 ");
}

TEST(BlockingWebSocket, AStopWaitsForTheRunningEvent) {
  auto server = serve_blocking("1");
  Gate gate;
  RawClient client = open_ws(server);
  Visit visit = enter(client, gate);
  EXPECT_TRUE(gives(client, ws_answer(kText, "before")));
  server.signal(SIGTERM);
  EXPECT_TRUE(gives(client, ws_answer(kEnd, ws_close(1001))));
  client.send(ws_frame(kEnd, ws_close(1001)));
  visit.release();
  EXPECT_TRUE(client.expect_closed());
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(BlockingWebSocket, AnEventThatOutlastsTheStopIsCut) {
  auto server = serve("websocket_echo", "blocking",
                      {"--threads", "1", "--graceful-timeout", "200ms"});
  Gate gate;
  RawClient client = open_ws(server);
  const Visit visit = enter(client, gate);
  server.signal(SIGTERM);
  server.wait_for_line("stopped with 1 running requests cut");
}

TEST(BlockingWebSocket, OneWhoseAppWorksIsNotTakenForSilent) {
  const auto server = serve("websocket_echo", "blocking",
                            {"--threads", "2", "--websocket-ping-interval", "50ms",
                             "--websocket-pong-timeout", "50ms"});
  Gate gate;
  RawClient client = open_ws(server);
  Visit visit = enter(client, gate);
  EXPECT_TRUE(gives(client, ws_answer(kText, "before")));
  RawClient silent = open_ws(server);  // is lost meanwhile
  EXPECT_TRUE(sees(server, "closed1006"));
  EXPECT_EQ(times(get(server.port(), "/seen").body, "closed"), 1U);
  visit.release();
  const std::string ping = ws_answer(kPing, "");
  while (client.peek(ping.size()).starts_with(ping)) client.take(ping.size());
  EXPECT_TRUE(gives(client, ws_answer(kText, "after")));
}

TEST(BlockingWebSocket, EventsOfOneNeverOverlap) {
  const auto server = serve_blocking("4");
  RawClient client = open_ws(server, "/quiet");
  client.send(ws_frame(kText, "storm 500"));
  for (int i = 0; i < 500; ++i) client.send(ws_frame(kText, "more"));
  const std::size_t all = 500 * ws_answer(kText, "posted").size();
  EXPECT_EQ(client.take(all).size(), all);
  end_ws(client);
  EXPECT_TRUE(sees(server, "closed1000 "));
  EXPECT_EQ(times(get(server.port(), "/seen").body, "overlap"), 0U);
}

}  // namespace
}  // namespace appserver::testing
