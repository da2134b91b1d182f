// Two workers' houses in one process, with a host that only keeps what is posted: who
// hears what, also when threads speak at the same time.
#include "chat/house.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fs = std::filesystem;

using ::testing::HasSubstr;

/// A client: what was posted to it, and what it was sent when that ran.
struct gw_ws {
  using Post = void (*)(gw_ws*, void*);

  std::mutex mutex;
  std::vector<std::pair<Post, void*>> posts;
  std::int32_t post_answer = GW_OK, send_answer = GW_OK;
  std::vector<std::string> sent;
  std::vector<std::uint32_t> closes;
};

namespace {

/// A host of threads alone; they end when it does.
class ThreadHost {
 public:
  ThreadHost() { host_.host = this; }

  ThreadHost(const ThreadHost&) = delete;
  ThreadHost& operator=(const ThreadHost&) = delete;

  ~ThreadHost() { stop(); }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    for (std::thread& thread : std::exchange(threads_, {})) thread.join();
  }

  const gw_host* raw() const { return &host_; }

 private:
  static ThreadHost& of(const gw_host* host) {
    return *static_cast<ThreadHost*>(host->host);
  }

  static std::int32_t spawn(const gw_host* host, gw_str, void (*run)(void*), void* arg,
                            std::uint64_t*) {
    of(host).threads_.emplace_back(run, arg);
    return GW_OK;
  }

  static std::int32_t should_stop(const gw_host* host) {
    const std::lock_guard lock(of(host).mutex_);
    return of(host).stopping_ ? 1 : 0;
  }

  static const void* extension(const gw_host*, const char*) {
    static const gw_threads kTable = {&spawn, nullptr, nullptr, &should_stop, nullptr};
    return &kTable;
  }

  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  gw_host host_{sizeof(gw_host),
                GW_ABI_MAJOR,
                GW_ABI_MINOR,
                GW_STR("threads"),
                GW_STR("app"),
                GW_STR(""),
                [](const gw_host*, std::uint32_t, gw_str) {},
                &extension,
                nullptr};
};

const gw_websocket kWebSocket = {
    nullptr,
    nullptr,
    [](gw_ws* ws, std::uint32_t, const void* p, std::size_t n) {
      if (ws->send_answer == GW_OK)
        ws->sent.emplace_back(static_cast<const char*>(p), n);
      return ws->send_answer;
    },
    nullptr,
    [](gw_ws* ws, std::uint32_t code, gw_str) -> std::int32_t {
      ws->closes.push_back(code);
      return GW_OK;
    },
    [](gw_ws* ws, gw_ws::Post fn, void* arg) -> std::int32_t {
      const std::lock_guard lock(ws->mutex);
      if (ws->post_answer == GW_OK) ws->posts.emplace_back(fn, arg);
      return ws->post_answer;
    },
    [](gw_ws*) {},
    [](gw_ws*) {}};

/// A member with its client.
class Guest {
 public:
  Guest(House& house, const ThreadHost& host, std::string name)
      : house_(house), tables_{host.raw(), &kWebSocket} {
    member_.ws = gateway::WebSocket(tables_, &ws).ref();
    std::string why_not;
    const auto said = house.enter(member_, "room", std::move(name), why_not);
    if (!said) throw std::runtime_error(why_not);
    welcome = *said;
  }

  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  ~Guest() {
    house_.leave(member_);
    run_posts();
  }

  void say(std::string text) { house_.say(member_, std::move(text)); }

  void run_posts() {
    std::vector<std::pair<gw_ws::Post, void*>> posts;
    {
      const std::lock_guard lock(ws.mutex);
      posts.swap(ws.posts);
    }
    for (const auto& [run, arg] : posts) run(&ws, arg);
  }

  std::size_t heard(std::string_view words) {
    run_posts();
    return static_cast<std::size_t>(
        std::count_if(ws.sent.begin(), ws.sent.end(), [words](const std::string& one) {
          return one.find(words) != std::string::npos;
        }));
  }

  /// Until it has heard it so often. The test's own bound on time ends it otherwise.
  void hear(std::string_view words, std::size_t count = 1) {
    while (heard(words) < count) std::this_thread::yield();
  }

  gw_ws ws;
  std::string welcome;

 private:
  House& house_;
  gateway::WsTables tables_;
  Member member_;
};

class HouseTest : public ::testing::Test {
 protected:
  HouseTest() {
    std::string name = fs::temp_directory_path() / "house-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    top = name;
    settings.bus = top / "bus";
    settings.members = 10;
  }

  ~HouseTest() override { fs::remove_all(top); }

  fs::path top;
  Settings settings;
};

/// A worker: stops its threads before its house goes, as a host does.
struct Worker {
  explicit Worker(const Settings& settings)
      : house(settings, gateway::Host(host.raw())) {}

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  ~Worker() { host.stop(); }

  ThreadHost host;
  House house;
};

TEST_F(HouseTest, ThreadsOfTwoWorkersSpeakAndAllHearAll) {
  Worker one(settings);
  Worker two(settings);
  Guest ann(one.house, one.host, "Ann");
  Guest bob(two.house, two.host, "Bob");
  ann.hear("\"count\":2,");
  bob.hear("\"count\":2,");
  std::thread speaker([&ann] {
    for (int i = 0; i < 200; ++i) ann.say("from Ann");
  });
  for (int i = 0; i < 200; ++i) bob.say("from Bob");
  speaker.join();
  for (Guest* guest : {&ann, &bob}) {
    guest->hear("from Ann", 200);
    guest->hear("from Bob", 200);
  }
  EXPECT_EQ(ann.heard("\"said\""), 400U);
}

TEST_F(HouseTest, AWorkerThatComesIsToldTheHistoryAndOneThatGoesIsForgotten) {
  Worker one(settings);
  Guest ann(one.house, one.host, "Ann");
  ann.say("before");
  std::size_t alone = 0;
  {
    Worker two(settings);
    Guest bob(two.house, two.host, "Bob");
    if (bob.welcome.find("before") == std::string::npos) bob.hear("before");
    ann.hear("\"count\":2,");
    alone = ann.heard("\"count\":1,");
  }
  ann.hear("\"count\":1,", alone + 1);
  EXPECT_THAT(ann.ws.sent.back(), HasSubstr("[\"Ann\"]"));
}

TEST_F(HouseTest, WhoseBufferIsFullIsClosed) {
  Worker one(settings);
  Guest ann(one.house, one.host, "Ann");
  Guest slow(one.house, one.host, "Slow");
  slow.ws.send_answer = GW_E_AGAIN;
  ann.say("x");
  slow.run_posts();
  EXPECT_EQ(slow.ws.closes.front(), 1008U);
  EXPECT_EQ(ann.heard("\"x\""), 1U);
}

TEST_F(HouseTest, WhoCouldNotBePostedToIsClosedByTheNextPost) {
  Worker one(settings);
  Guest ann(one.house, one.host, "Ann");
  Guest slow(one.house, one.host, "Slow");
  slow.hear("\"count\":2,");
  slow.ws.post_answer = GW_E_AGAIN;
  ann.say("lost");
  slow.ws.post_answer = GW_OK;
  ann.say("next");
  slow.run_posts();
  EXPECT_EQ(slow.heard("lost") + slow.heard("next"), 0U);
  EXPECT_EQ(slow.ws.closes.front(), 1008U);
}

TEST_F(HouseTest, TheRoomThatNobodyIsInMakesPlace) {
  settings.rooms = 1;
  settings.members = 1;
  Worker one(settings);
  {
    Guest ann(one.house, one.host, "Ann");
    ann.say("x");
    EXPECT_THROW(Guest(one.house, one.host, "Bob"), std::runtime_error);
  }
  gw_ws ws;
  const gateway::WsTables tables{one.host.raw(), &kWebSocket};
  Member member;
  member.ws = gateway::WebSocket(tables, &ws).ref();
  std::string why_not;
  EXPECT_TRUE(one.house.enter(member, "other", "Bob", why_not)) << why_not;
  Member second;
  EXPECT_FALSE(one.house.enter(second, "room", "Eve", why_not));
  EXPECT_EQ(why_not, "there are too many rooms");
  one.house.leave(member);
  one.host.stop();
  for (const auto& [run, arg] : std::exchange(ws.posts, {})) run(nullptr, arg);
}

}  // namespace
