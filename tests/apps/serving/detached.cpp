// Answers later: gw.async/1, gw.stream/1 and gw.timer/1, each path one promise. What an
// app sees off its exchange stays readable at /seen.
#include <atomic>
#include <cstring>
#include <ctime>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gateway/async.h>
#include <gateway/stream.h>
#include <gateway/timer.h>

#include "serving.hpp"

namespace {

const gw_async* async_calls = nullptr;
const gw_stream* stream_calls = nullptr;
const gw_timer* timer_calls = nullptr;

std::mutex mutex;  // guards the two below
std::string seen;
std::vector<std::thread> threads;

void note(const std::string& word) {
  const std::lock_guard lock(mutex);
  seen += word + " ";
}

void start_thread(std::function<void()> run) {
  const std::lock_guard lock(mutex);
  threads.emplace_back(std::move(run));
}

/// One exchange that is answered later; freed with its last function.
struct Later {
  gw_pending* pending = nullptr;
  gw_writer* writer = nullptr;
  const gw_environ* environ = nullptr;
  gw_start_response* start = nullptr;
  std::string gate;
  std::size_t left = 0, got = 0;
  bool woken = false;

  std::int64_t write(std::string_view text, std::uint32_t flags = 0) const {
    return writer->write(writer, text.data(), text.size(), flags);
  }

  void complete(std::int64_t result) {
    note("complete" + std::to_string(async_calls->complete(pending, result)));
    async_calls->release(pending);
    delete this;
  }
};

Later& later_of(void* arg) {
  return *static_cast<Later*>(arg);
}

// ---- posts ----

void finish(const gw_environ* environ, void* arg) {
  Later& later = later_of(arg);
  if (environ == nullptr) {
    note("over");
  } else {
    later.write("posted", GW_LAST);
  }
  later.complete(GW_OK);
}

void post_or_free(Later& later, void (*run)(const gw_environ*, void*)) {
  const std::int32_t posted = async_calls->post(later.pending, run, &later);
  if (posted == GW_OK) return;
  note("post" + std::to_string(posted));
  async_calls->release(later.pending);
  delete &later;
}

/// As an app does that works for long.
void post_when_cancelled(Later& later) {
  start_thread([&later] {
    while (async_calls->cancelled(later.pending) == 0) std::this_thread::yield();
    note("cancelled1");
    post_or_free(later, finish);
  });
}

void post_behind_gate(Later& later) {
  start_thread([&later] {
    serving::wait_at_gate(later.gate);
    note("cancelled" + std::to_string(async_calls->cancelled(later.pending)));
    post_or_free(later, finish);
  });
}

void head_later(const gw_environ* environ, void* arg) {
  Later& later = later_of(arg);
  if (environ != nullptr) serving::answer(environ, later.start, "head came later");
  later.complete(GW_OK);
}

void write_line(const gw_environ* environ, void* arg) {
  Later& later = later_of(arg);
  if (environ != nullptr) later.write(std::to_string(++later.got) + "\n");
}

/// n posts in a row, from a thread, and then the completion.
void post_many(Later& later) {
  start_thread([&later] {
    for (std::size_t i = 0; i < later.left;) {
      if (async_calls->post(later.pending, write_line, &later) == GW_OK) ++i;
    }
    gw_pending* const pending = later.pending;
    async_calls->complete(pending, GW_OK);
    // What was posted runs first; `later` is left to the process.
    async_calls->release(pending);
  });
}

// ---- notices ----

void write_on(gw_writer*, void* arg, std::int32_t status) {
  Later& later = later_of(arg);
  static const std::string kPiece(65536, 'w');
  while (status == GW_OK && later.left > 0) {
    const std::int64_t taken =
        later.write({kPiece.data(), std::min(later.left, kPiece.size())});
    if (taken < 0) break;
    later.left -= static_cast<std::size_t>(taken);
    if (taken > 0 && later.left > 0) continue;
    if (later.left == 0) return later.complete(GW_OK);
    if (stream_calls->writable(later.writer, write_on, &later) == GW_OK) return;
    break;
  }
  note("writable" + std::to_string(status));
  later.complete(GW_E_GONE);
}

void read_on(gw_input* input, void* arg, std::int32_t status) {
  Later& later = later_of(arg);
  while (status == GW_OK) {
    gw_str view{};
    const std::uint32_t flags = later.gate == "nowait" ? GW_NOWAIT : 0;
    const std::int64_t n = stream_calls->peek(input, &view, flags);
    if (n == GW_E_AGAIN) {
      if (stream_calls->readable(input, read_on, &later) == GW_OK) return;
      break;
    }
    if (n == 0) {
      later.write(std::to_string(later.got), GW_LAST);
      return later.complete(GW_OK);
    }
    if (n < 0) break;
    // Less than there is: the rest must be shown again.
    const std::size_t used = std::min<std::size_t>(view.n, 1000);
    later.got += used;
    stream_calls->consume(input, used);
  }
  note("readable" + std::to_string(status));
  later.complete(GW_E_GONE);
}

/// After the end of the body: tells when the client ends its side.
void client_ended(gw_input*, void* arg, std::int32_t status) {
  note("ended" + std::to_string(status));
  later_of(arg).complete(GW_E_GONE);
}

// ---- a source that is woken ----

struct WokenSource : gw_source {
  Later* later = nullptr;
};

std::int64_t next_woken(gw_source* source, void* to, std::size_t cap) {
  Later& later = *static_cast<WokenSource*>(source)->later;
  if (!std::exchange(later.woken, true)) {
    async_calls->retain(later.pending);
    start_thread([gate = later.gate, pending = later.pending] {
      serving::wait_at_gate(gate);
      stream_calls->wake(pending);
      async_calls->release(pending);
    });
    return GW_E_AGAIN;
  }
  if (std::exchange(later.got, 1) != 0) return 0;
  const std::size_t n = std::min<std::size_t>(cap, 5);
  std::memcpy(to, "woken", n);
  return static_cast<std::int64_t>(n);
}

void close_woken(gw_source* source, std::int32_t reason) {
  auto* const mine = static_cast<WokenSource*>(source);
  note("closed" + std::to_string(reason));
  async_calls->release(mine->later->pending);
  delete mine->later;
  delete mine;
}

// ---- timers ----

std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void on_time(const gw_environ* environ, void* arg) {
  Later& later = later_of(arg);
  if (environ == nullptr) {
    note("timer-over");
  } else {
    later.write("in time", GW_LAST);
  }
  later.complete(GW_OK);
}

void never(const gw_environ* environ, void*) {
  note(environ == nullptr ? "cancelled-timer-over" : "cancelled-timer-ran");
}

void forget(Later& later) {
  async_calls->release(later.pending);
  delete &later;
}

void detach_twice(Later& later) {
  note(async_calls->detach(later.environ) == nullptr ? "second-refused" : "second");
  finish(later.environ, &later);
}

void complete_twice(Later& later) {
  gw_pending* const pending = later.pending;
  async_calls->retain(pending);
  later.complete(GW_OK);
  note("again" + std::to_string(async_calls->complete(pending, GW_OK)));
  async_calls->release(pending);
}

void give_source(Later& later) {
  auto* const source = new WokenSource;
  source->size = sizeof(gw_source);
  source->next = next_woken;
  source->close = close_woken;
  source->later = &later;
  later.writer->body(later.writer, source);
}

void set_timers(Later& later) {
  const std::int64_t unwanted =
      timer_calls->at(later.environ, now_ns() + 1'000'000, never, nullptr);
  note("cancel" + std::to_string(timer_calls->cancel(later.environ, unwanted)));
  const std::uint64_t wait_ns = std::stoull(later.gate) * 1'000'000U;
  timer_calls->at(later.environ, now_ns() + wait_ns, on_time, &later);
}

struct Way {
  std::string_view path;
  void (*begin)(Later& later);
};

constexpr Way kWays[] = {
    {"/post", post_behind_gate},
    {"/cancelled", post_when_cancelled},
    {"/stream",
     [](Later& later) {
       later.write("first ", GW_FLUSH);
       post_behind_gate(later);
     }},
    {"/many",
     [](Later& later) {
       later.left = std::stoul(later.gate);
       post_many(later);
     }},
    {"/twice", detach_twice},
    {"/complete", [](Later& later) { later.complete(GW_OK); }},
    {"/complete-twice", complete_twice},
    {"/fails", [](Later& later) { later.complete(GW_E_APP); }},
    {"/call-fails", forget},
    {"/forgotten", forget},
    {"/head-later",
     [](Later& later) { async_calls->post(later.pending, head_later, &later); }},
    {"/never", [](Later&) { note("never"); }},
    {"/write",
     [](Later& later) {
       later.left = std::stoul(later.gate);
       write_on(later.writer, &later, GW_OK);
     }},
    {"/read", [](Later& later) { read_on(later.environ->input, &later, GW_OK); }},
    {"/until-ended",
     [](Later& later) {
       later.write("waiting", GW_FLUSH);
       stream_calls->readable(later.environ->input, client_ended, &later);
     }},
    {"/wake", give_source},
    {"/timer", set_timers},
};

std::int64_t begin(Later& later, std::string_view path) {
  for (const Way& way : kWays) {
    if (way.path != path) continue;
    way.begin(later);
    break;
  }
  return path == "/call-fails" ? GW_E_APP : GW_OK;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/seen") {
    const std::lock_guard lock(mutex);
    return serving::answer(environ, start_response, seen);
  }
  if (path == "/state") {  // notices without detaching
    gw_writer* const writer = serving::start(environ, start_response);
    const auto wait = [](gw_writer*, void*, std::int32_t) {};
    const std::int32_t refused = stream_calls->writable(writer, wait, nullptr);
    const std::string text = std::to_string(refused);
    writer->write(writer, text.data(), text.size(), GW_LAST);
    return GW_OK;
  }
  auto* const later = new Later;
  later->environ = environ;
  later->gate = serving::view(environ->query_string);
  later->start = start_response;
  if (path != "/never" && path != "/head-later") {
    later->writer = serving::start(environ, start_response);
  }
  later->pending = async_calls->detach(environ);
  if (later->pending == nullptr) {
    delete later;
    return GW_E_APP;
  }
  return begin(*later, path);
}

std::int32_t create(const gw_host* host, void**) {
  async_calls = static_cast<const gw_async*>(host->extension(host, GW_ASYNC_1));
  stream_calls = static_cast<const gw_stream*>(host->extension(host, GW_STREAM_1));
  timer_calls = static_cast<const gw_timer*>(host->extension(host, GW_TIMER_1));
  const bool all =
      async_calls != nullptr && stream_calls != nullptr && timer_calls != nullptr;
  return all ? GW_OK : GW_E_UNSUPPORTED;
}

std::int32_t quiesce(void*, std::uint64_t) {
  std::vector<std::thread> ours;
  {
    const std::lock_guard lock(mutex);
    ours.swap(threads);
  }
  for (std::thread& thread : ours) thread.join();
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
