// WebSockets: an echo that is told by its path what else to do. What an app sees beside
// its messages stays readable at /seen.
#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gateway/exchange.h>
#include <gateway/websocket.h>

#include "serving.hpp"

namespace {

const gw_websocket* ws_calls = nullptr;
const gw_exchange* exchange_calls = nullptr;
const gw_host* lender = nullptr;

std::mutex mutex;  // guards the three below
std::string seen;
std::vector<std::thread> threads;
std::vector<gw_ws*> room;  // of /room, each retained

/// At /seen, and in the host's log for tests that may not ask there.
void note(const std::string& word) {
  lender->log(lender, GW_LOG_INFO, serving::str("noted " + word));
  const std::lock_guard lock(mutex);
  seen += word + " ";
}

struct Peer {
  std::string path, query;
  std::size_t left = 0;  ///< messages to send when there is room
  std::atomic<int> inside{0};
};

/// One event of a WebSocket at a time: whoever comes second notes it.
class Inside {
 public:
  explicit Inside(Peer& peer) : peer_(peer) {
    if (peer_.inside.exchange(1) != 0) note("overlap");
  }

  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  ~Inside() { peer_.inside = 0; }

 private:
  Peer& peer_;
};

Peer& peer_of(void* to) {
  return *static_cast<Peer*>(to);
}

std::int32_t say(gw_ws* ws, std::string_view text, std::uint32_t kind = GW_WS_TEXT) {
  return ws_calls->send(ws, kind, text.data(), text.size());
}

// ---- /flood: as much as the client and the buffer take ----

void flood(gw_ws* ws, Peer& peer) {
  static const std::string kMessage(10'000, 'f');
  while (peer.left > 0) {
    const std::int32_t sent = say(ws, kMessage);
    if (sent == GW_E_AGAIN) return note("full");
    if (sent != GW_OK) return note("flood" + std::to_string(sent));
    --peer.left;
  }
  note("flooded");
}

void writable(gw_ws* ws, void* to) {
  const Inside inside(peer_of(to));
  flood(ws, peer_of(to));
}

// ---- posts ----

void say_number(gw_ws* ws, void* arg) {
  if (ws == nullptr) return note("post-null");
  say(ws, std::to_string(reinterpret_cast<std::uintptr_t>(arg)));
}

/// To all in the room, from a thread: 1, 2, ... n.
void broadcast(std::size_t n) {
  const std::lock_guard lock(mutex);
  threads.emplace_back([n, all = room] {
    for (std::uintptr_t i = 1; i <= n; ++i) {
      for (gw_ws* ws : all) ws_calls->post(ws, say_number, reinterpret_cast<void*>(i));
    }
  });
}

void say_posted(gw_ws* ws, void* to) {
  if (ws == nullptr) return note("post-null");
  const Inside inside(peer_of(to));
  say(ws, "posted");
}

/// Posts n times from a thread.
void storm(gw_ws* ws, Peer& peer, std::size_t n) {
  ws_calls->retain(ws);
  const std::lock_guard lock(mutex);
  threads.emplace_back([ws, n, to = &peer] {
    for (std::size_t i = 0; i < n; ++i) ws_calls->post(ws, say_posted, to);
    ws_calls->release(ws);
  });
}

/// What only a blocking app may do in an event.
std::int32_t wait_inside(gw_ws* ws, const std::string& gate) {
  say(ws, "before");
  serving::wait_at_gate(gate);
  note("passed");
  return say(ws, "after") == GW_E_TOOBIG ? GW_E_APP : GW_OK;
}

/// Posts when the test says so, to a WebSocket that may be closed by then.
void post_at_gate(gw_ws* ws, const std::string& gate) {
  ws_calls->retain(ws);
  const std::lock_guard lock(mutex);
  threads.emplace_back([ws, gate] {
    serving::wait_at_gate(gate);
    note("late" + std::to_string(ws_calls->post(ws, say_number, nullptr)));
    ws_calls->release(ws);
  });
}

// ---- events ----

std::int32_t message(gw_ws* ws, void* to, std::uint32_t kind, const void* p, size_t n) {
  Peer& peer = peer_of(to);
  const Inside inside(peer);
  const std::string_view text(static_cast<const char*>(p), n);
  if (text == "fail") return GW_E_APP;
  if (text == "throw") throw std::runtime_error("thrown in message");
  if (text == "hold") return GW_E_AGAIN;  // and never resumes
  if (text == "pause") {
    // One post behind: until then nothing else is told.
    ws_calls->post(
        ws,
        [](gw_ws* paused, void*) {
          if (paused == nullptr) return;
          say(paused, "resumed");
          ws_calls->resume(paused);
        },
        nullptr);
    return GW_E_AGAIN;
  }
  if (text == "bad-text") {
    const std::int32_t sent = say(ws, "\xff");
    say(ws, std::to_string(sent));
    return GW_OK;
  }
  if (text == "huge") {
    const std::string huge(2'000'000, 'h');
    say(ws, std::to_string(say(ws, huge)));
    return GW_OK;
  }
  if (text.starts_with("close ")) {
    const auto code =
        static_cast<std::uint32_t>(std::stoul(std::string(text.substr(6))));
    const std::int32_t closed = ws_calls->close(ws, code, serving::str("because"));
    if (closed != GW_OK) say(ws, std::to_string(closed));
    if (closed == GW_OK) note("then" + std::to_string(say(ws, "more")));
    return GW_OK;
  }
  if (text.starts_with("gate ")) return wait_inside(ws, std::string(text.substr(5)));
  if (text.starts_with("storm ")) {
    storm(ws, peer, std::stoul(std::string(text.substr(6))));
    return GW_OK;
  }
  if (text.starts_with("all ")) {
    broadcast(std::stoul(std::string(text.substr(4))));
    return GW_OK;
  }
  if (peer.path == "/quiet") return GW_OK;
  return say(ws, text, kind) == GW_OK ? GW_OK : GW_E_APP;
}

void closed(gw_ws* ws, void* to, std::uint32_t code, gw_str why) {
  if (peer_of(to).inside != 0) note("overlap");
  note("closed" + std::to_string(code) + std::string(serving::view(why)));
  note("send" + std::to_string(say(ws, "late")));
  delete &peer_of(to);
}

const gw_ws_events kEvents = {sizeof(gw_ws_events), 0, message, writable, closed};
const gw_ws_events kNoWritable = {sizeof(gw_ws_events), 0, message, nullptr, closed};

std::string value_of(const gw_environ* environ, std::string_view name) {
  for (std::size_t i = 0; i < environ->field_count; ++i) {
    if (serving::view(environ->field[i].name) == name)
      return std::string(serving::view(environ->field[i].value));
  }
  return "";
}

std::int64_t accept(const gw_environ* environ, gw_start_response* start_response) {
  const std::string path(serving::view(environ->path_info));
  auto* const peer =
      new Peer{path, std::string(serving::view(environ->query_string)), 0, {}};
  gw_str protocol{};
  if (path == "/protocol") protocol = serving::str(peer->query);
  gw_field field = serving::field("x-app", "echo");
  if (path == "/field") {
    field = serving::field(peer->query, "v");
  } else if (path == "/server") {
    field = serving::field("Server", "mine");
  }
  gw_ws* ws = nullptr;
  if (path == "/started") serving::start(environ, start_response);
  const std::int32_t accepted =
      ws_calls->accept(environ, protocol, &field, 1,
                       path == "/field" ? &kNoWritable : &kEvents, peer, &ws);
  if (accepted != GW_OK) {
    note("accept" + std::to_string(accepted));
    delete peer;
    if (path == "/page") return serving::answer(environ, start_response, "a page");
    return accepted;
  }
  if (path == "/registers") {
    exchange_calls->on_close(
        environ,
        [](void*, std::int32_t reason) { note("on_close" + std::to_string(reason)); },
        nullptr);
  }
  if (path == "/twice") {
    note("twice" + std::to_string(
                       ws_calls->accept(environ, {}, nullptr, 0, &kEvents, peer, &ws)));
    gw_writer* const writer = serving::start(environ, start_response);
    note("start" + std::to_string(writer->error));
  }
  if (path == "/greets") say(ws, "hello");
  if (path == "/call-fails") return GW_E_APP;
  if (path == "/flood") {
    peer->left = std::stoul(peer->query);
    flood(ws, *peer);
  }
  if (path == "/gate") post_at_gate(ws, peer->query);
  if (path == "/room") {
    ws_calls->retain(ws);
    const std::lock_guard lock(mutex);
    room.push_back(ws);
  }
  return GW_OK;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/seen") {
    const std::lock_guard lock(mutex);
    return serving::answer(environ, start_response, seen);
  }
  if (path == "/asked") {
    return serving::answer(environ, start_response,
                           ws_calls->is_asked(environ) != 0 ? "yes" : "no");
  }
  if (path == "/refused") {
    return serving::answer(environ, start_response,
                           "not you, " + value_of(environ, "origin"), 403);
  }
  return accept(environ, start_response);
}

std::int32_t create(const gw_host* host, void**) {
  lender = host;
  ws_calls = static_cast<const gw_websocket*>(host->extension(host, GW_WEBSOCKET_1));
  exchange_calls =
      static_cast<const gw_exchange*>(host->extension(host, GW_EXCHANGE_1));
  return ws_calls != nullptr && exchange_calls != nullptr ? GW_OK : GW_E_UNSUPPORTED;
}

std::int32_t quiesce(void*, std::uint64_t) {
  std::vector<std::thread> ours;
  std::vector<gw_ws*> left;
  {
    const std::lock_guard lock(mutex);
    ours.swap(threads);
    left.swap(room);
  }
  for (std::thread& thread : ours) thread.join();
  for (gw_ws* ws : left) ws_calls->release(ws);
  return GW_OK;
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  quiesce,        nullptr,      nullptr};
GW_EXPORT(blocking) = {
    sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, GW_BLOCKING, GW_STR("blocking"),
    GW_STR(""),     call,         create,       quiesce,     nullptr,
    nullptr};
