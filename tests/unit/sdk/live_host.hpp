// A host for exchanges that are answered later and for WebSockets, of one of each: its
// functions only note what they are told, and the test says when what was posted runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gateway/async.h>
#include <gateway/sdk/fields.hpp>
#include <gateway/stream.h>
#include <gateway/threads.h>
#include <gateway/timer.h>
#include <gateway/websocket.h>

struct gw_pending {};

struct gw_ws {};

/// There is one at a time: the tables have nowhere to keep a pointer.
class LiveHost {
 public:
  using Post = void (*)(const gw_environ*, void*);
  using WsPost = void (*)(gw_ws*, void*);

  LiveHost() { now = this; }

  LiveHost(const LiveHost&) = delete;
  LiveHost& operator=(const LiveHost&) = delete;

  ~LiveHost() {
    end_all();
    now = nullptr;
  }

  const gw_host* raw() const { return &host_; }

  gw_environ environ_of(const gw_field* fields = nullptr, std::size_t count = 0) {
    gw_environ env{};
    env.size = sizeof env;
    env.request_method = GW_STR("GET");
    env.path_info = GW_STR("/");
    env.field = fields;
    env.field_count = count;
    env.log = [](const gw_environ*, std::uint32_t, gw_str text) { note(text); };
    return env;
  }

  static gw_writer* start_response(const gw_environ*, std::uint32_t status,
                                   const gw_field*, std::size_t, std::uint32_t) {
    now->status = status;
    return &now->writer_;
  }

  /// What was posted runs, in its order; with the environ, or as behind the end.
  void run_posts(const gw_environ* env) {
    for (const auto& [run, arg] : std::exchange(posts, {})) run(env, arg);
  }

  void run_ws_posts(gw_ws* to) {
    for (const auto& [run, arg] : std::exchange(ws_posts, {})) run(to, arg);
  }

  /// The host takes all of the body that there is now; the end's code.
  std::int64_t pull() {
    char buffer[16];
    std::int64_t count = 0;
    while (source != nullptr &&
           (count = source->next(source, buffer, sizeof buffer)) > 0) {
      body.append(buffer, static_cast<std::size_t>(count));
    }
    return count;
  }

  void close_source() {
    gw_source* const closed = std::exchange(source, nullptr);
    if (closed != nullptr) closed->close(closed, GW_OK);
  }

  /// The exchange is over: all are told.
  void end_all() {
    over = true;
    run_posts(nullptr);
    run_ws_posts(nullptr);
    close_source();
    if (timer.first != nullptr) std::exchange(timer, {}).first(nullptr, timer_arg);
  }

  static inline LiveHost* now = nullptr;

  // What was seen, and what shall be answered.
  std::vector<std::pair<Post, void*>> posts;
  std::vector<std::pair<WsPost, void*>> ws_posts;
  std::pair<Post, std::uint64_t> timer{};
  void* timer_arg = nullptr;
  gw_source* source = nullptr;
  std::string body, logged;
  std::uint32_t status = 0;
  int references = 0, ws_references = 0, wakes = 0, threads_left = 0;
  std::vector<std::int64_t> completed;
  bool over = false, can_detach = true, lacks_all = false;
  std::int32_t post_answer = GW_OK, accept_answer = GW_OK, send_answer = GW_OK;
  const gw_ws_events* events = nullptr;
  void* peer = nullptr;
  gw_ws ws;
  gw_pending pending;
  std::vector<std::string> sent;
  std::vector<std::uint32_t> closes;

 private:
  static void note(gw_str text) {
    now->logged += std::string(gateway::as_view(text)) + "\n";
  }

  static const void* extension(const gw_host*, const char* id);

  static std::int64_t write(gw_writer*, const void* p, std::size_t n, std::uint32_t) {
    now->body.append(static_cast<const char*>(p), n);
    return static_cast<std::int64_t>(n);
  }

  static std::int32_t take_source(gw_writer*, gw_source* source) {
    now->source = source;
    return GW_OK;
  }

  gw_host host_{sizeof(gw_host),
                GW_ABI_MAJOR,
                GW_ABI_MINOR,
                GW_STR("live"),
                GW_STR("app"),
                GW_STR(""),
                [](const gw_host*, std::uint32_t, gw_str text) { note(text); },
                &extension,
                nullptr};
  gw_writer writer_{sizeof(gw_writer), GW_OK, &write, &take_source};
};

inline const gw_async kLiveAsync = {
    [](const gw_environ*) -> gw_pending* {
      if (!LiveHost::now->can_detach) return nullptr;
      ++LiveHost::now->references;
      return &LiveHost::now->pending;
    },
    [](gw_pending*, LiveHost::Post fn, void* arg) -> std::int32_t {
      if (LiveHost::now->over) return GW_E_GONE;
      if (LiveHost::now->post_answer == GW_OK)
        LiveHost::now->posts.emplace_back(fn, arg);
      return LiveHost::now->post_answer;
    },
    [](gw_pending*, std::int64_t result) -> std::int32_t {
      LiveHost::now->completed.push_back(result);
      return LiveHost::now->completed.size() > 1 ? GW_E_STATE : GW_OK;
    },
    [](const gw_pending*) -> std::int32_t { return LiveHost::now->over ? 1 : 0; },
    [](gw_pending*) { ++LiveHost::now->references; },
    [](gw_pending*) { --LiveHost::now->references; },
};

inline const gw_stream kLiveStream = {
    nullptr, nullptr, nullptr, nullptr, nullptr, [](gw_pending*) -> std::int32_t {
      ++LiveHost::now->wakes;
      return LiveHost::now->over ? GW_E_GONE : GW_OK;
    }};

inline const gw_timer kLiveTimer = {
    [](const gw_environ*, std::uint64_t when, LiveHost::Post fn,
       void* arg) -> std::int64_t {
      if (LiveHost::now->timer.first != nullptr) return GW_E_TOOBIG;
      LiveHost::now->timer = {fn, when};
      LiveHost::now->timer_arg = arg;
      return 7;
    },
    [](const gw_environ*, std::int64_t number) -> std::int32_t {
      if (number != 7 || LiveHost::now->timer.first == nullptr) return GW_E_STATE;
      LiveHost::now->timer = {};
      return GW_OK;
    }};

inline const gw_threads kLiveThreads = {
    [](const gw_host*, gw_str, void (*run)(void*), void* arg, std::uint64_t* id) {
      if (LiveHost::now->threads_left == 0) return std::int32_t{GW_E_TOOBIG};
      --LiveHost::now->threads_left;
      *id = 1;
      std::thread(run, arg).join();
      return std::int32_t{GW_OK};
    },
    [](const gw_host*, std::uint64_t, std::uint64_t) { return std::int32_t{GW_OK}; },
    [](const gw_host*, void (*run)(void*), void* arg) {
      if (LiveHost::now->threads_left == 0) return std::int32_t{GW_E_AGAIN};
      run(arg);
      return std::int32_t{GW_OK};
    },
    [](const gw_host*) -> std::int32_t { return LiveHost::now->over ? 1 : 0; },
    [](const gw_host*, std::uint64_t) -> std::int32_t {
      return LiveHost::now->over ? 1 : 0;
    }};

inline const gw_websocket kLiveWebSocket = {
    [](const gw_environ*) -> std::int32_t { return 1; },
    [](const gw_environ*, gw_str, const gw_field*, std::size_t,
       const gw_ws_events* events, void* to, gw_ws** ws) -> std::int32_t {
      if (LiveHost::now->accept_answer != GW_OK) return LiveHost::now->accept_answer;
      LiveHost::now->events = events;
      LiveHost::now->peer = to;
      *ws = &LiveHost::now->ws;
      return GW_OK;
    },
    [](gw_ws*, std::uint32_t, const void* p, std::size_t n) -> std::int32_t {
      LiveHost::now->sent.emplace_back(static_cast<const char*>(p), n);
      return LiveHost::now->send_answer;
    },
    [](gw_ws*) -> std::int32_t { return GW_OK; },
    [](gw_ws*, std::uint32_t code, gw_str) -> std::int32_t {
      LiveHost::now->closes.push_back(code);
      return GW_OK;
    },
    [](gw_ws*, LiveHost::WsPost fn, void* arg) -> std::int32_t {
      if (LiveHost::now->over) return GW_E_GONE;
      if (LiveHost::now->post_answer == GW_OK)
        LiveHost::now->ws_posts.emplace_back(fn, arg);
      return LiveHost::now->post_answer;
    },
    [](gw_ws*) { ++LiveHost::now->ws_references; },
    [](gw_ws*) { --LiveHost::now->ws_references; }};

inline const void* LiveHost::extension(const gw_host*, const char* id) {
  const std::string_view wanted = now->lacks_all ? "" : id;
  if (wanted == GW_ASYNC_1) return &kLiveAsync;
  if (wanted == GW_STREAM_1) return &kLiveStream;
  if (wanted == GW_TIMER_1) return &kLiveTimer;
  if (wanted == GW_THREADS_1) return &kLiveThreads;
  if (wanted == GW_WEBSOCKET_1) return &kLiveWebSocket;
  return nullptr;
}
