// Uses everything that a host must run exactly once, each path a kind of exchange with
// a number ("/post/7"), and says at /counts what was promised and what was kept. Four
// threads of its own post, wake and complete.
#include "counted.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gateway/async.h>
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/file.h>
#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/timer.h>
#include <gateway/websocket.h>

#include "serving.hpp"

namespace {

using counted::Kind;
using counted::Token;

constexpr std::size_t kFileSize = std::size_t{1} << 20U;
constexpr std::size_t kThreads = 4;

/// Threads of the instance's own, begun with the first job.
class Threads {
 public:
  void run(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    while (threads_.size() < kThreads) threads_.emplace_back([this] { work(); });
    wake_.notify_one();
  }

  void join() {
    std::vector<std::thread> all;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      all.swap(threads_);
    }
    wake_.notify_all();
    for (std::thread& thread : all) thread.join();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;  // guards the rest
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
};

struct Instance;

/// Kept as long as the instance: a late callback finds it.
struct Exchange {
  Exchange(Instance& instance, const gw_environ* its_environ,
           gw_start_response* its_start)
      : at(instance), environ(its_environ), start(its_start) {}

  Instance& at;
  const gw_environ* environ;
  gw_start_response* start;
  gw_writer* writer = nullptr;
  gw_pending* pending = nullptr;
  Token* detached = nullptr;
  std::uint64_t n = 0;
  std::size_t left = 0, got = 0;
  bool source_is_open = false, is_complete = false;

  void write(std::string_view text, std::uint32_t flags = 0) const {
    writer->write(writer, text.data(), text.size(), flags);
  }

  Token& grant(Kind kind);
  void complete(std::int64_t result);
};

struct Instance {
  const gw_async* async;
  const gw_stream* stream;
  const gw_timer* timer;
  const gw_exchange* exchange;
  const gw_attribute* attribute;
  const gw_file* file;
  const gw_middleware* chain;
  const gw_websocket* websocket;
  std::int32_t number = 0;  ///< of an attribute
  int fd = -1;              ///< a file of kFileSize
  std::string name;         ///< of a layer, from the configuration
  counted::Ledger ledger;
  Threads threads;
  std::mutex mutex;  // guards the next
  std::deque<Exchange> exchanges;
};

Token& Exchange::grant(Kind kind) {
  return at.ledger.grant(kind, this);
}

void Exchange::complete(std::int64_t result) {
  is_complete = true;
  gw_pending* const mine = pending;
  const gw_async& async = *at.async;
  Token& token = *detached;
  const std::int32_t code = async.complete(mine, result);
  token.end(code);
  if (code != GW_OK && code != GW_E_GONE) token.wrong();
  async.release(mine);
}

Token& token_of(void* arg) {
  return *static_cast<Token*>(arg);
}

Exchange& exchange_of(void* arg) {
  return *static_cast<Exchange*>(token_of(arg).of);
}

/// On a thread of ours, with a reference of its own.
void on_thread(Exchange& exchange, void (*run)(Exchange&, gw_pending*)) {
  gw_pending* const pending = exchange.pending;
  exchange.at.async->retain(pending);
  exchange.at.threads.run([&exchange, pending, run] {
    run(exchange, pending);
    exchange.at.async->release(pending);
  });
}

bool post(Exchange& exchange, gw_pending* pending,
          void (*run)(const gw_environ*, void*)) {
  Token& token = exchange.grant(Kind::Post);
  const bool posted = exchange.at.async->post(pending, run, &token) == GW_OK;
  if (!posted) token.refuse();
  return posted;
}

// ---- what every exchange registers ----

void closed(void* arg, std::int32_t reason) {
  if (exchange_of(arg).source_is_open) token_of(arg).wrong();
  token_of(arg).end(reason);
}

void register_all(Exchange& exchange) {
  const Instance& at = exchange.at;
  for (std::uint64_t i = 0; i <= exchange.n % 3; ++i) {
    Token& token = exchange.grant(Kind::OnClose);
    if (at.exchange->on_close(exchange.environ, closed, &token) != GW_OK)
      token.refuse();
  }
  for (int i = 0; i < 2; ++i) {  // the second takes the first one's place
    Token& token = exchange.grant(Kind::Attribute);
    const auto drop = [](void* value) { token_of(value).end(0); };
    if (at.attribute->set(exchange.environ, at.number, &token, drop) != GW_OK)
      token.refuse();
  }
}

// ---- sources ----

struct Source : gw_source {
  Token* token = nullptr;

  [[nodiscard]] Exchange& exchange() const { return exchange_of(token); }
};

Source& source_of(gw_source* source) {
  return *static_cast<Source*>(source);
}

using Next = std::int64_t (*)(gw_source*, void*, std::size_t);

void close_source(gw_source* source, std::int32_t reason) {
  Exchange& exchange = source_of(source).exchange();
  exchange.source_is_open = false;
  source_of(source).token->end(reason);
  delete &source_of(source);
}

std::int32_t give_source(Exchange& exchange, Next next) {
  auto* const source = new Source;
  source->size = sizeof(gw_source);
  source->next = next;
  source->close = close_source;
  source->token = &exchange.grant(Kind::Source);
  exchange.source_is_open = true;
  return exchange.writer->body(exchange.writer, source);
}

std::int64_t next_piece(gw_source* source, void* to, std::size_t cap) {
  Exchange& exchange = source_of(source).exchange();
  const std::size_t n = std::min(cap, exchange.left);
  std::memset(to, 's', n);
  exchange.left -= n;
  return static_cast<std::int64_t>(n);
}

/// Reads the body, and says how much it was.
std::int64_t next_of_body(gw_source* source, void* to, std::size_t cap) {
  Exchange& exchange = source_of(source).exchange();
  if (exchange.is_complete) return 0;
  char bytes[4096];
  std::int64_t n = 0;
  gw_input* const input = exchange.environ->input;
  while ((n = input->read(input, bytes, sizeof bytes)) > 0) {
    exchange.got += static_cast<std::size_t>(n);
  }
  if (n < 0) return n;
  exchange.is_complete = true;
  const std::string text = std::to_string(exchange.got);
  const std::size_t most = std::min(cap, text.size());
  text.copy(static_cast<char*>(to), most);
  return static_cast<std::int64_t>(most);
}

/// Sleeps before each of its pieces, until a thread wakes it.
std::int64_t next_woken(gw_source* source, void* to, std::size_t cap) {
  Exchange& exchange = source_of(source).exchange();
  if (exchange.got++ % 2 == 0) {
    if (exchange.got / 2 >= exchange.n % 4 + 1) return 0;
    on_thread(exchange,
              [](Exchange& of, gw_pending* pending) { of.at.stream->wake(pending); });
    return GW_E_AGAIN;
  }
  const std::size_t n = std::min<std::size_t>(cap, 6);
  std::memcpy(to, "woken\n", n);
  return static_cast<std::int64_t>(n);
}

/// The end of its source is the end of the answer.
void close_woken(gw_source* source, std::int32_t reason) {
  Exchange& exchange = source_of(source).exchange();
  close_source(source, reason);
  exchange.detached->end(1);
  exchange.at.async->release(exchange.pending);
}

void wake(Exchange& exchange) {
  auto* const source = new Source;
  source->size = sizeof(gw_source);
  source->next = next_woken;
  source->close = close_woken;
  source->token = &exchange.grant(Kind::Source);
  exchange.source_is_open = true;
  exchange.writer->body(exchange.writer, source);
}

// ---- posts ----

void line(const gw_environ* environ, void* arg) {
  if (environ != nullptr) exchange_of(arg).write("posted\n");
  token_of(arg).end(environ == nullptr ? GW_E_GONE : GW_OK);
}

void last_line(const gw_environ* environ, void* arg) {
  line(environ, arg);
  exchange_of(arg).complete(GW_OK);
}

/// Some lines; the last of them or the thread completes.
void post_lines(Exchange& exchange, gw_pending* pending) {
  const std::uint64_t count = exchange.n % 7 == 0 ? 100 : exchange.n % 5;
  for (std::uint64_t i = 0; i < count; ++i) post(exchange, pending, line);
  const bool by_post = exchange.n % 2 == 0 && post(exchange, pending, last_line);
  if (!by_post) exchange.complete(exchange.n % 11 == 0 ? GW_E_APP : GW_OK);
}

void head_later(const gw_environ* environ, void* arg) {
  Exchange& exchange = exchange_of(arg);
  if (environ != nullptr) serving::answer(environ, exchange.start, "late");
  token_of(arg).end(environ == nullptr ? GW_E_GONE : GW_OK);
  exchange.complete(GW_OK);
}

void post_head(Exchange& exchange, gw_pending* pending) {
  if (!post(exchange, pending, head_later)) exchange.complete(GW_OK);
}

// ---- notices ----

void wait_for_room(Exchange& exchange);

void room_again(gw_writer*, void* arg, std::int32_t status) {
  token_of(arg).end(status);
  Exchange& exchange = exchange_of(arg);
  if (status != GW_OK) return exchange.complete(GW_E_GONE);
  wait_for_room(exchange);
}

/// Writes as much as there is room for, and waits for more.
void wait_for_room(Exchange& exchange) {
  static const std::string kPiece(65536, 'w');
  while (exchange.left > 0) {
    gw_writer* const writer = exchange.writer;
    const std::size_t most = std::min(exchange.left, kPiece.size());
    const std::int64_t taken = writer->write(writer, kPiece.data(), most, 0);
    if (taken < 0) return exchange.complete(GW_E_GONE);
    exchange.left -= static_cast<std::size_t>(taken);
    if (taken > 0) continue;
    Token& token = exchange.grant(Kind::Writable);
    if (exchange.at.stream->writable(writer, room_again, &token) == GW_OK) return;
    token.refuse();
    return exchange.complete(GW_E_GONE);
  }
  exchange.complete(GW_OK);
}

void wait_for_body(Exchange& exchange);

void body_again(gw_input*, void* arg, std::int32_t status) {
  token_of(arg).end(status);
  Exchange& exchange = exchange_of(arg);
  if (status != GW_OK) return exchange.complete(GW_E_GONE);
  wait_for_body(exchange);
}

/// Some bytes of the body: shown, or read where a layer reads before us.
std::int64_t take_body(Exchange& exchange) {
  gw_input* const input = exchange.environ->input;
  gw_str view{};
  const std::int64_t n = exchange.at.stream->peek(input, &view, GW_NOWAIT);
  if (n == GW_E_UNSUPPORTED) {
    char bytes[1000];
    return input->read(input, bytes, sizeof bytes);
  }
  if (n <= 0) return n;
  const std::size_t used = std::min<std::size_t>(view.n, 1000);
  exchange.at.stream->consume(input, used);
  return static_cast<std::int64_t>(used);
}

void wait_for_body(Exchange& exchange) {
  std::int64_t n = 0;
  while ((n = take_body(exchange)) > 0) exchange.got += static_cast<std::size_t>(n);
  if (n == 0) {
    exchange.write(std::to_string(exchange.got), GW_LAST);
    return exchange.complete(GW_OK);
  }
  if (n != GW_E_AGAIN) return exchange.complete(n);
  Token& token = exchange.grant(Kind::Readable);
  if (exchange.at.stream->readable(exchange.environ->input, body_again, &token) ==
      GW_OK)
    return;
  token.refuse();
  exchange.complete(GW_E_APP);
}

// ---- timers ----

std::uint64_t in_ms(std::uint64_t ms) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec) + ms * 1'000'000U;
}

void timed(const gw_environ* environ, void* arg) {
  token_of(arg).end(environ == nullptr ? GW_E_GONE : GW_OK);
}

/// The first of two things that come once ends the answer.
void timed_end(const gw_environ* environ, void* arg) {
  timed(environ, arg);
  if (exchange_of(arg).is_complete) return;
  if (environ != nullptr) exchange_of(arg).write("in time", GW_LAST);
  exchange_of(arg).complete(GW_OK);
}

bool set_timer(Exchange& exchange, std::uint64_t ms,
               void (*run)(const gw_environ*, void*)) {
  Token& token = exchange.grant(Kind::Timer);
  const bool is_set =
      exchange.at.timer->at(exchange.environ, in_ms(ms), run, &token) > 0;
  if (!is_set) token.refuse();
  return is_set;
}

/// One that is called off, one that the end finds, one that ends.
void set_timers(Exchange& exchange) {
  Token& unwanted = exchange.grant(Kind::Timer);
  const std::int64_t number =
      exchange.at.timer->at(exchange.environ, in_ms(1), timed, &unwanted);
  if (number <= 0 || exchange.at.timer->cancel(exchange.environ, number) == GW_OK)
    unwanted.refuse();
  set_timer(exchange, 3'600'000, timed);
  if (!set_timer(exchange, exchange.n % 8, timed_end)) exchange.complete(GW_E_APP);
}

void client_ended(gw_input*, void* arg, std::int32_t status) {
  token_of(arg).end(status);
  if (!exchange_of(arg).is_complete) exchange_of(arg).complete(GW_E_GONE);
}

/// Until the client leaves, but not for long.
void hang(Exchange& exchange) {
  if (exchange.n % 2 == 1) exchange.write("waiting", GW_FLUSH);
  Token& token = exchange.grant(Kind::Readable);
  if (exchange.at.stream->readable(exchange.environ->input, client_ended, &token) !=
      GW_OK)
    token.refuse();
  if (!set_timer(exchange, 20 + exchange.n % 50, timed_end))
    exchange.complete(GW_E_APP);
}

// ---- WebSockets ----

struct Peer {
  Instance& at;
  Token* closed;
};

void say_posted(gw_ws* ws, void* arg) {
  const auto& at = *static_cast<Instance*>(token_of(arg).of);
  if (ws != nullptr) at.websocket->send(ws, GW_WS_TEXT, "posted", 6);
  token_of(arg).end(ws == nullptr ? GW_E_GONE : GW_OK);
}

/// From one of our threads; a hundred are more than may wait.
void post_often(Instance& at, gw_ws* ws, std::size_t count) {
  at.websocket->retain(ws);
  at.threads.run([&at, ws, count] {
    for (std::size_t i = 0; i < count; ++i) {
      Token& token = at.ledger.grant(Kind::WebSocketPost, &at);
      if (at.websocket->post(ws, say_posted, &token) != GW_OK) token.refuse();
    }
    at.websocket->release(ws);
  });
}

std::int32_t message(gw_ws* ws, void* to, std::uint32_t kind, const void* p,
                     std::size_t n) {
  Instance& at = static_cast<Peer*>(to)->at;
  const char first = n == 0 ? ' ' : *static_cast<const char*>(p);
  if (first == 'p') post_often(at, ws, n % 100);
  if (first == 'c') at.websocket->close(ws, 1000, {});
  if (first == 'f') return GW_E_APP;
  at.websocket->send(ws, kind, p, n);
  return GW_OK;
}

void ws_closed(gw_ws*, void* to, std::uint32_t code, gw_str) {
  auto* const peer = static_cast<Peer*>(to);
  peer->closed->end(code);
  delete peer;
}

const gw_ws_events kEvents = {sizeof(gw_ws_events), 0, message, nullptr, ws_closed};

std::int64_t accept(Exchange& exchange) {
  Instance& at = exchange.at;
  auto* const peer = new Peer{at, &at.ledger.grant(Kind::WebSocket, &at)};
  gw_ws* ws = nullptr;
  const std::int32_t accepted =
      at.websocket->accept(exchange.environ, {}, nullptr, 0, &kEvents, peer, &ws);
  if (accepted != GW_OK) {
    peer->closed->refuse();
    delete peer;
    return accepted;
  }
  if (exchange.n % 3 == 0) post_often(at, ws, exchange.n % 7);
  return exchange.n % 17 == 0 ? GW_E_APP : GW_OK;
}

// ---- calls ----

std::int64_t send_file(Exchange& exchange) {
  gw_writer* const writer = exchange.writer;
  const gw_file& file = *exchange.at.file;
  const auto half = static_cast<std::int64_t>(std::min(exchange.left, kFileSize) / 2);
  exchange.write("<");
  const std::int32_t first = file.send(writer, exchange.at.fd, 0, half, 0);
  exchange.write("|");
  if (first != GW_OK) return first;
  return file.send(writer, exchange.at.fd, half, half, GW_LAST);
}

std::int64_t fail(Exchange& exchange) {
  if (exchange.n % 2 == 0) exchange.write("begun", GW_FLUSH);
  if (exchange.n % 3 == 0) give_source(exchange, next_piece);
  return GW_E_APP;
}

struct Way {
  std::string_view name;
  std::int64_t (*answer)(Exchange&);
};

constexpr Way kWays[] = {
    {"answer",
     [](Exchange& exchange) -> std::int64_t {
       const std::string text(std::min<std::size_t>(exchange.left, GW_TAKEN_WHOLE),
                              'a');
       exchange.write(text, GW_LAST);
       return GW_OK;
     }},
    {"source",
     [](Exchange& exchange) -> std::int64_t {
       return give_source(exchange, next_piece);
     }},
    {"read",
     [](Exchange& exchange) -> std::int64_t {
       return give_source(exchange, next_of_body);
     }},
    {"file", send_file},
    {"fails", fail},
};

/// What begins when the exchange is detached.
struct Later {
  std::string_view name;
  void (*begin)(Exchange&);
};

constexpr Later kLater[] = {
    {"post", [](Exchange& exchange) { on_thread(exchange, post_lines); }},
    {"late", [](Exchange& exchange) { on_thread(exchange, post_head); }},
    {"room", wait_for_room},
    {"body", wait_for_body},
    {"wake", wake},
    {"timer", set_timers},
    {"hang", hang},
    {"forget",
     [](Exchange& exchange) {
       exchange.detached->end(2);
       exchange.at.async->release(exchange.pending);
     }},
};

std::int64_t detach(Exchange& exchange, const Later& later) {
  exchange.detached = &exchange.grant(Kind::Detached);
  exchange.pending = exchange.at.async->detach(exchange.environ);
  if (exchange.pending == nullptr) {
    exchange.detached->refuse();
    return GW_E_APP;
  }
  later.begin(exchange);
  return GW_OK;
}

std::int64_t serve(Exchange& exchange, std::string_view name) {
  register_all(exchange);
  if (name == "ws") return accept(exchange);
  if (name != "late")
    exchange.writer = serving::start(exchange.environ, exchange.start);
  for (const Way& way : kWays) {
    if (way.name == name) return way.answer(exchange);
  }
  for (const Later& later : kLater) {
    if (later.name == name) return detach(exchange, later);
  }
  return GW_E_APP;
}

std::int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  Instance& at = *static_cast<Instance*>(self);
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/counts") return serving::answer(environ, start, at.ledger.text());
  at.ledger.count_call();
  std::unique_lock lock(at.mutex);
  Exchange& exchange = at.exchanges.emplace_back(at, environ, start);
  lock.unlock();
  exchange.n = serving::last_number(path);
  exchange.left = exchange.n;
  return serve(exchange, path.substr(1, path.rfind('/') - 1));
}

// ---- a layer, which hooks what the number says ----

struct Layer : gw_layer {
  Token* token;
  std::uint64_t n;
  bool saw_head;
};

Layer& layer_of(gw_layer* layer) {
  return *static_cast<Layer*>(layer);
}

std::int32_t head(gw_layer* raw, gw_head* head) {
  Layer& layer = layer_of(raw);
  if (std::exchange(layer.saw_head, true)) layer.token->wrong();
  if (layer.n % 23 == 0) return GW_E_APP;
  head->field[head->count++] = {GW_STR("x-layer"), GW_STR("seen")};
  return GW_OK;
}

/// In two parts.
std::int32_t data(gw_layer*, const void* p, std::size_t n, std::uint32_t flags,
                  gw_writer* down) {
  const auto* const bytes = static_cast<const char*>(p);
  const std::size_t half = n / 2;
  if (half > 0) {
    const std::int64_t taken = down->write(down, bytes, half, 0);
    if (taken < 0) return static_cast<std::int32_t>(taken);
  }
  const std::int64_t taken =
      down->write(down, bytes == nullptr ? nullptr : bytes + half, n - half, flags);
  return static_cast<std::int32_t>(std::min<std::int64_t>(taken, GW_OK));
}

std::int64_t layer(void* self, const gw_environ* environ, gw_start_response* start) {
  Instance& at = *static_cast<Instance*>(self);
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/counts/" + at.name)
    return serving::answer(environ, start, at.ledger.text());
  if (path.starts_with("/counts")) return at.chain->next(environ, nullptr, nullptr);
  at.ledger.count_call();
  auto* const mine = static_cast<Layer*>(at.chain->room(environ, sizeof(Layer)));
  mine->size = sizeof(gw_layer);
  mine->n = serving::last_number(path);
  mine->token = &at.ledger.grant(Kind::Layer, mine);
  mine->close = [](gw_layer* raw, std::int32_t reason) {
    layer_of(raw).token->end(reason);
  };
  if (mine->n % 4 >= 1) mine->head = head;
  if (mine->n % 4 >= 2) mine->data = data;
  if (mine->n % 4 == 3) {
    mine->input = [](gw_layer*, gw_input* up, void* to, std::size_t cap) {
      return up->read(up, to, cap);
    };
  }
  return at.chain->next(environ, nullptr, mine);
}

// ---- the instance ----

template <class Table>
bool ask(const gw_host* host, const char* id, const Table*& table) {
  table = static_cast<const Table*>(host->extension(host, id));
  return table != nullptr;
}

std::int32_t create(const gw_host* host, void** self) {
  auto at = std::make_unique<Instance>();
  const bool all =
      ask(host, GW_ASYNC_1, at->async) && ask(host, GW_STREAM_1, at->stream) &&
      ask(host, GW_TIMER_1, at->timer) && ask(host, GW_EXCHANGE_1, at->exchange) &&
      ask(host, GW_ATTRIBUTE_1, at->attribute) && ask(host, GW_FILE_1, at->file) &&
      ask(host, GW_MIDDLEWARE_1, at->chain) && ask(host, GW_WEBSOCKET_1, at->websocket);
  if (!all) return GW_E_UNSUPPORTED;
  at->number = at->attribute->number(host, gw_str GW_STR("org.example.counted"));
  at->name = serving::view(host->config).find("inner") == std::string_view::npos
                 ? "outer"
                 : "inner";
  at->fd = ::memfd_create("counted", MFD_CLOEXEC);
  if (at->fd < 0 || ::ftruncate(at->fd, kFileSize) != 0) return GW_E_APP;
  *self = at.release();
  return GW_OK;
}

std::int32_t quiesce(void* self, std::uint64_t) {
  static_cast<Instance*>(self)->threads.join();
  return GW_OK;
}

void destroy(void* self) {
  auto* const at = static_cast<Instance*>(self);
  ::close(at->fd);
  delete at;
}

}  // namespace

#define COUNTED(callable, call, flags)                                          \
  GW_EXPORT(callable) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, flags,  \
                         GW_STR(#callable), GW_STR(""),   call,         create, \
                         quiesce,           destroy,      nullptr}

COUNTED(app, call, 0);
COUNTED(blocking, call, GW_BLOCKING);
COUNTED(layer, layer, 0);
