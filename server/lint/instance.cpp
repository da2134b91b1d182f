#include "lint/instance.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>

#include <gateway/middleware.h>
#include <gateway/threads.h>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "base/version.hpp"
#include "lint/detached.hpp"
#include "lint/websocket.hpp"

namespace appserver::lint {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr int kPoolThreads = 2;

/// Nanoseconds this thread has run, and waited for a processor though it could run.
struct Used {
  std::uint64_t on_cpu = 0, in_queue = 0;
};

std::optional<Used> used_by_this_thread() {
  const UniqueFd file(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC));
  std::array<char, 96> text{};
  if (!file) return std::nullopt;
  const auto n = ::read(file.get(), text.data(), text.size());
  if (n <= 0) return std::nullopt;
  const char* const end = text.data() + n;
  Used used;
  const auto first = std::from_chars(text.data(), end, used.on_cpu);
  if (first.ptr == end) return std::nullopt;
  std::from_chars(first.ptr + 1, end, used.in_queue);
  return used;
}

/// How long it neither ran nor could have run. 0 where the kernel does not tell.
std::uint64_t waited_ns(const std::optional<Used>& before, std::uint64_t began_ns) {
  const auto after = used_by_this_thread();
  const std::uint64_t wall = monotonic_now_ns() - began_ns;
  if (!before || !after) return 0;
  const std::uint64_t could_run =
      after->on_cpu - before->on_cpu + after->in_queue - before->in_queue;
  return wall > could_run ? wall - could_run : 0;
}

}  // namespace

bool call_app(Bench& bench, std::string_view name, bool is_event,
              const std::function<void()>& step) {
  bool is_walled = true;
  const auto before = is_event ? used_by_this_thread() : std::nullopt;
  const std::uint64_t began = monotonic_now_ns();
  Now::Slot& now = bench.now.mine();
  put_text(now.call, name);
  now.began_ns = began;
  try {
    step();
  } catch (const std::exception& thrown) {
    is_walled = false;
    bench.findings.report("D7", std::string("an exception came out: ") + thrown.what());
  } catch (...) {
    is_walled = false;
    bench.findings.report("D7", "an exception came out that is no std::exception");
  }
  if (is_event && waited_ns(before, began) > kBlockedMost) {
    bench.findings.report("D4", "the event app waited for more than 20 ms");
  }
  now.began_ns = 0;
  put_text(now.call, "");
  return is_walled;
}

Instance::Instance(Bench& on, const gw_app& table, const std::string& callable,
                   const std::string& config)
    : bench(on), app(table), threads("lint", kPoolThreads), lent_("the instance") {
  gw_host host{};
  host.size = sizeof(host);
  host.abi_major = GW_ABI_MAJOR;
  host.abi_minor = GW_ABI_MINOR;
  host.server = lent_.lend_text(kServerName, "gw_host.server");
  host.callable = lent_.lend_text(callable, "gw_host.callable");
  host.config = lent_.lend_text(config, "gw_host.config");
  host.log = &Instance::log;
  host.extension = &Instance::extension;
  host.host = this;
  host_ = static_cast<const gw_host*>(lent_.lend(&host, sizeof(host), "gw_host"));
}

bool Instance::create(std::string& why) {
  std::int32_t code = app.create == nullptr ? GW_OK : GW_E_APP;
  put_text(bench.now.mine().request, "");
  bench.control.run([&] {
    if (app.create == nullptr) return;
    controls_ = std::this_thread::get_id();
    call_app(bench, "create", false, [&] { code = app.create(host_, &self); });
    controls_ = std::thread::id();
  });
  if (code < 0) {
    const std::lock_guard lock(mutex_);
    why = reason_.empty() ? "it did not log why" : reason_;
    return false;
  }
  if (app.extension != nullptr &&
      app.extension(self, "gw.app.nobody.knows.this/1") != nullptr) {
    bench.findings.report("D17",
                          "extension() gave a table for an id that nobody knows");
  }
  return true;
}

bool Instance::destroy() {
  put_text(bench.now.mine().request, "");
  threads.begin_stop();
  const std::uint64_t deadline = monotonic_now_ns() + 6 * kSecond;
  std::int32_t code = GW_OK;
  const auto controlled = [&](std::string_view name,
                              const std::function<void()>& step) {
    bench.control.run([&] {
      controls_ = std::this_thread::get_id();
      call_app(bench, name, false, step);
      controls_ = std::thread::id();
    });
  };
  if (app.quiesce != nullptr) {
    controlled("quiesce", [&] { code = app.quiesce(self, deadline); });
  }
  if (code < 0) {
    bench.findings.report(code == GW_E_BUSY ? "D11" : "D8",
                          "quiesce did not give GW_OK though no exchange is open");
    return false;
  }
  if (!threads.join_all(deadline)) {
    bench.findings.report("D11", "a thread of gw.threads/1 runs on after should_stop");
    return false;
  }
  put_text(bench.now.mine().call, "destroy");
  for (const auto& pending : pendings) pending->report_references(bench.findings);
  for (const auto& websocket : websockets) websocket->report_references();
  if (app.destroy != nullptr) controlled("destroy", [&] { app.destroy(self); });
  lent_.take_back();
  return true;
}

bool Instance::may_control(std::string_view function) {
  if (controls_.load() == std::this_thread::get_id()) return true;
  bench.findings.report("D3", std::string(function) +
                                  " is called outside of create, quiesce and destroy");
  return false;
}

void Instance::keep(const std::shared_ptr<Pending>& pending) {
  const std::lock_guard lock(mutex_);
  pendings.push_back(pending);
}

std::int32_t Instance::attribute(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(attributes_.begin(), attributes_.end(), name);
  if (found == attributes_.end()) attributes_.emplace_back(name);
  const auto at = std::find(attributes_.begin(), attributes_.end(), name);
  return static_cast<std::int32_t>(at - attributes_.begin()) + 1;
}

void Instance::log(const gw_host* host, std::uint32_t level, gw_str text) {
  Instance& self = of(host);
  if (text.p == nullptr && text.n > 0) {
    self.bench.findings.report("D2", "log: a text of n > 0 bytes at NULL");
    return;
  }
  if (level < GW_LOG_ERROR) return;
  const std::lock_guard lock(self.mutex_);
  self.reason_.assign(text.p == nullptr ? "" : text.p, text.n);
}

const void* Instance::extension(const gw_host* host, const char* id) {
  Instance& self = of(host);
  if (id == nullptr) {
    self.bench.findings.report("D2", "extension: the id is NULL");
    return nullptr;
  }
  const std::lock_guard lock(self.mutex_);
  if (std::string_view(id) == GW_MIDDLEWARE_1) self.is_middleware = true;
  const void* const table = find_extension(id);
  if (table == nullptr) self.bench.missing.insert(id);
  return table;
}

}  // namespace appserver::lint
