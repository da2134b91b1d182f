// The plugin that lets people talk: frames in literal bytes, in one worker and across
// two.
#include <signal.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ws_client.hpp"

namespace appserver::testing {
namespace {

ServerProcess serve_chat(const std::string& config = "",
                         std::vector<std::string> more = {"--single-process"}) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", APPSERVER_PLUGIN_FOLDER "/chat.so:app",
                                           "config: {" + config + "}"}}));
  more.insert(more.end(), {"-c", file});
  return ServerProcess(std::move(more));
}

/// The payload of the next text frame; empty when there is none.
std::string next_text(RawClient& client) {
  const std::string head = client.take(2);
  if (head.size() < 2 || head[0] != '\x81') return "";
  std::size_t size = static_cast<unsigned char>(head[1]);
  if (size >= 126) {
    std::size_t long_size = 0;
    for (const char c : client.take(size == 126 ? 2 : 8)) {
      long_size = long_size * 256 + static_cast<unsigned char>(c);
    }
    size = long_size;
  }
  return client.take(size);
}

/// The next message that holds `words`; what comes before is passed over.
::testing::AssertionResult hears(RawClient& client, std::string_view words) {
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = next_text(client);
    if (text.empty()) break;
    all += text + "\n";
    if (text.find(words) != std::string::npos) return ::testing::AssertionSuccess();
  }
  return holds(all, words);
}

void say(RawClient& client, std::string_view text) {
  client.send(
      ws_frame(kText, "{\"type\":\"say\",\"text\":\"" + std::string(text) + "\"}"));
}

std::string join_text(std::string_view name, std::string_view room = "lobby") {
  return "{\"type\":\"join\",\"room\":\"" + std::string(room) + "\",\"name\":\"" +
         std::string(name) + "\"}";
}

RawClient join(const ServerProcess& server, std::string_view name,
               std::string_view room = "lobby") {
  RawClient client = open_ws(server, "/ws");
  client.send(ws_frame(kText, join_text(name, room)));
  return client;
}

/// The server closes, with this code.
::testing::AssertionResult is_closed(RawClient& client, unsigned code) {
  const std::string head = client.take(2);
  if (head.size() < 2 || head[0] != '\x88')
    return ::testing::AssertionFailure() << head;
  const std::string payload = client.take(static_cast<unsigned char>(head[1]));
  if (payload.substr(0, 2) == ws_close(code)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << ::testing::PrintToString(payload);
}

TEST(Chat, WhatOneSaysAllInTheRoomHear) {
  const auto server = serve_chat();
  RawClient ann = join(server, "Ann");
  EXPECT_EQ(next_text(ann),
            "{\"type\":\"welcome\",\"room\":\"lobby\",\"name\":\"Ann\",\"history\":[],"
            "\"presence\":{\"type\":\"presence\",\"count\":1,\"names\":[\"Ann\"]}}");
  RawClient bob = join(server, " Bob ");
  EXPECT_TRUE(hears(bob, "\"name\":\"Bob\",\"history\":[]"));
  RawClient eve = join(server, "Eve", "elsewhere");
  EXPECT_TRUE(hears(eve, "\"room\":\"elsewhere\""));
  say(ann, "hello <b>Bob</b>");
  for (RawClient* client : {&ann, &bob}) {
    EXPECT_TRUE(hears(*client, "\"name\":\"Ann\",\"text\":\"hello <b>Bob</b>\""));
  }
  say(eve, "alone");
  const std::string first = next_text(eve);
  EXPECT_TRUE(holds(first + next_text(eve), "alone"));
}

TEST(Chat, PresenceIsToldWhenSomebodyComesOrLeaves) {
  const auto server = serve_chat();
  RawClient ann = join(server, "Ann");
  EXPECT_TRUE(hears(ann, "\"welcome\""));
  RawClient bob = join(server, "Bob");
  EXPECT_TRUE(
      hears(ann, "{\"type\":\"presence\",\"count\":2,\"names\":[\"Ann\",\"Bob\"]}"));
  bob.reset();
  EXPECT_TRUE(hears(ann, "{\"type\":\"presence\",\"count\":1,\"names\":[\"Ann\"]}"));
}

TEST(Chat, WhoComesLaterIsToldTheLastMessages) {
  const auto server = serve_chat("history: 2, rate: 100");
  RawClient ann = join(server, "Ann");
  for (const char* text : {"one", "two", "three"}) say(ann, text);
  EXPECT_TRUE(hears(ann, "three"));
  RawClient bob = join(server, "Bob");
  const std::string welcome = next_text(bob);
  EXPECT_EQ(times(welcome, "\"text\":"), 2U);
  EXPECT_TRUE(holds(welcome, "two"));
  EXPECT_TRUE(holds(welcome, "three"));
}

TEST(Chat, WhatNoHonestClientSendsClosesIt) {
  const auto server = serve_chat("message_size: 100");

  struct Hostile {
    std::string frame;
    unsigned code;
  };

  const std::vector<Hostile> all{
      {ws_frame(kText, "{\"type\":"), 1007},
      {ws_frame(kText, std::string(200, '[')), 1007},
      {ws_frame(kText, "[]"), 1008},
      {ws_frame(kText, "{\"type\":\"shout\"}"), 1008},
      {ws_frame(kText, "{\"type\":\"join\",\"room\":1,\"name\":\"a\"}"), 1008},
      {ws_frame(kText, "{\"type\":\"say\"}"), 1008},
      {ws_frame(kBinary, join_text("Ann")), 1003},
      {ws_frame(kText, "\xff"), 1007},
      {ws_frame(kText, std::string(12 * 100 + 1025, ' ')), 1009},
  };
  for (const Hostile& hostile : all) {
    RawClient client = open_ws(server, "/ws");
    client.send(hostile.frame);
    EXPECT_TRUE(is_closed(client, hostile.code)) << hostile.frame.substr(0, 40);
  }
}

TEST(Chat, WhatMayNotBeIsRefusedAndSoIsWhoGoesOnAndOn) {
  const auto server =
      serve_chat("name_length: 5, message_size: 20, rooms: 1, members: 1, rate: 1000");
  RawClient client = open_ws(server, "/ws");
  const auto tells = [&client](const std::string& json) {
    client.send(ws_frame(kText, json));
    return next_text(client);
  };
  const std::string no_name = "{\"type\":\"error\",\"why\":\"that is no name\"}";
  EXPECT_TRUE(holds(tells("{\"type\":\"say\",\"text\":\"x\"}"), "join first"));
  EXPECT_EQ(tells(join_text("")), no_name);
  EXPECT_EQ(tells(join_text("  ")), no_name);
  EXPECT_EQ(tells(join_text("Barbara")), no_name);
  EXPECT_EQ(tells(join_text("a\\u0000b")), no_name);
  EXPECT_EQ(tells(join_text("a\\nb")), no_name);
  EXPECT_TRUE(holds(tells(join_text("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f!")), "welcome"));
  EXPECT_TRUE(hears(client, "presence"));
  EXPECT_TRUE(holds(tells(join_text("Ann")), "you have joined"));
  EXPECT_TRUE(holds(tells("{\"type\":\"say\",\"text\":\" \\n\"}"), "empty, too long"));
  EXPECT_TRUE(holds(tells("{\"type\":\"say\",\"text\":\"123456789012345678901\"}"),
                    "empty, too long"));
  EXPECT_TRUE(holds(tells("{\"type\":\"say\",\"text\":\"a\\u0007b\"}"), "not text"));
  RawClient other = open_ws(server, "/ws");
  other.send(ws_frame(kText, join_text("Bob")));
  EXPECT_TRUE(holds(next_text(other), "the room is full"));
  other.send(ws_frame(kText, join_text("Bob", "more")));
  EXPECT_TRUE(holds(next_text(other), "there are too many rooms"));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(tells(join_text("Ann")).empty()) << i;
  client.send(ws_frame(kText, join_text("Ann")));
  EXPECT_TRUE(is_closed(client, 1008));
}

TEST(Chat, InABurstARefusalComesBehindWhatWasSaidBefore) {
  const auto server = serve_chat("rate: 1000");
  RawClient ann = join(server, "Ann");
  EXPECT_TRUE(hears(ann, "welcome"));
  EXPECT_TRUE(hears(ann, "presence"));
  const auto say_text = [](std::string_view text) {
    return ws_frame(kText, "{\"type\":\"say\",\"text\":\"" + std::string(text) + "\"}");
  };
  ann.send(say_text("one") + say_text("") + say_text("two") + say_text(" "));
  for (const char* words :
       {"\"one\"", "empty, too long", "\"two\"", "empty, too long"}) {
    EXPECT_TRUE(holds(next_text(ann), words));
  }
}

TEST(Chat, ANameThatIsNotSeenAsItIsIsRefused) {
  const auto server = serve_chat();
  for (const char* name :
       {"A\\u202enn", "Ann\\u200b", "\\u2066Ann", "\\udb40\\udc41"}) {
    RawClient ann = join(server, name);
    EXPECT_TRUE(holds(next_text(ann), "that is no name")) << name;
    ann.send(ws_frame(kText, join_text("Ann", name)));
    EXPECT_TRUE(holds(next_text(ann), "that is no name")) << name;
  }
  RawClient ann = join(server, "\\ud83c\\udf89");
  EXPECT_TRUE(holds(next_text(ann), "welcome"));
}

TEST(Chat, ATextIsMeasuredInCharactersAsThePageIs) {
  const auto server = serve_chat("message_size: 3, name_length: 7");
  const std::string page = get(server.port(), "/").body;
  EXPECT_EQ(times(page, "maxlength=\"7\""), 2U);
  EXPECT_EQ(times(page, "maxlength=\"3\""), 1U);
  RawClient ann = join(server, "Ann");
  EXPECT_TRUE(hears(ann, "presence"));
  const std::string three = "\xf0\x9f\x8e\x89\xe2\x82\xac\xc3\xa4";
  say(ann, three);
  EXPECT_TRUE(hears(ann, three));
  say(ann, three + "x");
  EXPECT_TRUE(hears(ann, "empty, too long"));
}

TEST(Chat, WhoSpeaksTooOftenIsToldSo) {
  const auto server = serve_chat("rate: 0.001");
  RawClient ann = join(server, "Ann");
  say(ann, "one");
  EXPECT_TRUE(hears(ann, "\"said\""));
  say(ann, "two");
  EXPECT_TRUE(hears(ann, "{\"type\":\"error\",\"why\":\"not so fast\"}"));
}

TEST(Chat, AClientThatDoesNotReadIsClosedAndTheOthersHearOn) {
  const auto server =
      serve_chat("message_size: 16000, rate: 1000",
                 {"--single-process", "--websocket-send-buffer", "64k"});
  RawClient slow = open_ws(server, "/ws", "", 4096);
  slow.send(ws_frame(kText, join_text("Slow")));
  RawClient ann = join(server, "Ann");
  EXPECT_TRUE(hears(ann, "\"Slow\""));
  // More than the buffers of both kernels and the server hold.
  const std::string big(15'000, 'x');
  for (int i = 0; i < 500; ++i) {
    say(ann, big);
    ASSERT_TRUE(hears(ann, "\"said\"")) << i;
  }
  say(ann, "the last");
  EXPECT_TRUE(hears(ann, "the last"));
  while (slow.peek(1).substr(0, 1) == "\x81") next_text(slow);
  EXPECT_TRUE(is_closed(slow, 1008));
}

TEST(Chat, APageOfAnotherSiteMayNotSpeak) {
  const auto server = serve_chat("origins: [\"https://friend.example\"]");
  for (const char* origin :
       {"https://evil.example", "null", "http://test.example.evil"}) {
    RawClient client(server.port());
    client.send(ws_handshake("/ws", std::string("Origin: ") + origin + "\r\n"));
    EXPECT_EQ(client.read_response().status, 403) << origin;
  }
  for (const char* origin : {"https://friend.example", "http://test.example"}) {
    open_ws(server, "/ws", std::string("Origin: ") + origin + "\r\n");
  }
}

TEST(Chat, ThePageAndWhatElseMayBeAsked) {
  const auto server = serve_chat();
  EXPECT_TRUE(holds(get(server.port(), "/").body, "new WebSocket("));
  EXPECT_EQ(get(server.port(), "/other").status, 404);
  EXPECT_EQ(post(server.port(), "/", "x").status, 405);
  EXPECT_EQ(get(server.port(), "/ws").status, 400);
  RawClient old(server.port());
  old.send(request("GET /ws HTTP/1.1",
                   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 8\r\n"));
  EXPECT_EQ(old.read_response().status, 426);
  EXPECT_EQ(server.count_lines("ERROR"), 0U);
}

TEST(Chat, AStopEndsAllWith1001) {
  auto server = serve_chat();
  RawClient ann = join(server, "Ann");
  EXPECT_TRUE(hears(ann, "\"presence\",\"count\":1"));
  server.signal(SIGTERM);
  while (ann.peek(1).substr(0, 1) == "\x81") next_text(ann);
  EXPECT_TRUE(is_closed(ann, 1001));
  ann.send(ws_frame(kEnd, ws_close(1001)));
  EXPECT_EQ(server.wait_exit(), 0);
}

// ---- across workers ----

std::ptrdiff_t descriptors(pid_t pid) {
  const auto all =
      std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd");
  return std::distance(begin(all), end(all));
}

/// A member whose connection this worker has taken; the kernel chooses, so it is tried
/// until it has chosen that one.
RawClient join_in(const ServerProcess& server, pid_t worker, std::string_view name) {
  for (int i = 0; i < 200; ++i) {
    const std::ptrdiff_t before = descriptors(worker);
    RawClient client = open_ws(server, "/ws");
    if (descriptors(worker) > before) {
      client.send(ws_frame(kText, join_text(name)));
      return client;
    }
    end_ws(client);
  }
  throw std::runtime_error("the kernel never chose that worker");
}

TEST(ChatWorkers, TwoWorkersAreOneChatAndADeadOneIsForgotten) {
  auto server = serve_chat("rate: 100", {"-w", "2"});
  server.wait_for_line(said::kWorkerReady, 2);
  const std::vector<pid_t> workers = server.workers();
  ASSERT_EQ(workers.size(), 2U);
  RawClient ann = join_in(server, workers[0], "Ann");
  RawClient bob = join_in(server, workers[1], "Bob");
  EXPECT_TRUE(hears(ann, "\"count\":2"));
  EXPECT_TRUE(hears(bob, "\"count\":2"));
  say(ann, "from one");
  EXPECT_TRUE(hears(bob, "\"name\":\"Ann\",\"text\":\"from one\""));
  say(bob, "to the other");
  EXPECT_TRUE(hears(ann, "\"name\":\"Bob\",\"text\":\"to the other\""));

  server.signal(workers[1], SIGKILL);
  bob.read_until_close();
  EXPECT_TRUE(hears(ann, "{\"type\":\"presence\",\"count\":1,\"names\":[\"Ann\"]}"));
  server.wait_for_line(said::kWorkerReady, 3);
  const std::vector<pid_t> now = server.workers();
  ASSERT_EQ(now.size(), 2U);
  // The new worker asked for the history.
  RawClient back = join_in(server, now[0] == workers[0] ? now[1] : now[0], "Bob");
  EXPECT_TRUE(hears(back, "from one"));
  say(back, "I am back");
  EXPECT_TRUE(hears(ann, "I am back"));
}

TEST(ChatWorkers, NothingIsLeftBehind) {
  auto server = serve_chat("", {"-w", "2"});
  server.wait_for_line(said::kWorkerReady, 2);
  EXPECT_FALSE(server.temp_folder().is_empty());
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
  EXPECT_TRUE(server.temp_folder().is_empty());
}

TEST(ChatWorkers, AReloadKeepsTheHistory) {
  const TempFolder folder;
  const auto write = [&folder](const std::string& config) {
    return folder.write("a.yaml",
                        mounts_file({{"/", APPSERVER_PLUGIN_FOLDER "/chat.so:app",
                                      "config: {" + config + "}"}}));
  };
  ServerProcess server({"-w", "1", "-c", write("history: 10")});
  RawClient ann = join(server, "Ann");
  say(ann, "before");
  EXPECT_TRUE(hears(ann, "before"));
  write("history: 11");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded);
  RawClient bob = join(server, "Bob");
  EXPECT_TRUE(hears(bob, "before"));
}

}  // namespace
}  // namespace appserver::testing
