// The tables of the extensions that the strict host offers; each leads to its exchange.
#include <array>
#include <string>
#include <utility>

#include <gateway/async.h>
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/threads.h>
#include <gateway/timer.h>

#include "lint/chain.hpp"
#include "lint/detached.hpp"
#include "lint/exchange.hpp"
#include "lint/extension_tables.hpp"
#include "lint/extras.hpp"
#include "lint/websocket.hpp"

namespace appserver::lint {
namespace {

// -- gw.async/1

Pending& of(const gw_pending* handle) {
  return *const_cast<Pending*>(reinterpret_cast<const Pending*>(handle));
}

gw_pending* detach(const gw_environ* environ) {
  Exchange& exchange = Exchange::of(environ);
  if (!exchange.may_call("detach")) return nullptr;
  const bool is_possible =
      !exchange.pending && !exchange.has_ended() && !exchange.has_source_been_pulled();
  if (!is_possible) return nullptr;
  auto made = std::make_shared<Pending>(exchange.instance.bench.findings);
  made->is_cancelled = exchange.is_gone();
  exchange.pending = made;
  exchange.instance.keep(made);
  return reinterpret_cast<gw_pending*>(made.get());
}

const gw_async kAsync = {
    detach,
    [](gw_pending* handle, Pending::Post fn, void* arg) {
      return of(handle).post(fn, arg);
    },
    [](gw_pending* handle, std::int64_t result) { return of(handle).complete(result); },
    [](const gw_pending* handle) { return of(handle).cancelled(); },
    [](gw_pending* handle) { of(handle).retain(); },
    [](gw_pending* handle) { of(handle).release(); },
};

// -- gw.stream/1

const gw_stream kStream = {
    [](gw_input* input, gw_str* shown, std::uint32_t flags) {
      return Exchange::of(input).peek(shown, flags);
    },
    [](gw_input* input, std::size_t n) { return Exchange::of(input).consume(n); },
    [](gw_input* input, gw_readable* fn, void* arg) -> std::int32_t {
      Exchange& exchange = Exchange::of(input);
      if (!exchange.may_call("readable")) return GW_E_STATE;
      return exchange.extras->on_readable(fn, arg);
    },
    [](gw_writer* writer) -> std::int64_t {
      Exchange& exchange = Exchange::of(writer);
      if (!exchange.may_call("room")) return GW_E_STATE;
      return writer->error != GW_OK ? writer->error : exchange.room_now();
    },
    [](gw_writer* writer, gw_writable* fn, void* arg) -> std::int32_t {
      Exchange& exchange = Exchange::of(writer);
      if (!exchange.may_call("writable")) return GW_E_STATE;
      return exchange.extras->on_writable(fn, arg);
    },
    [](gw_pending* handle) { return of(handle).wake(); },
};

// -- gw.timer/1

const gw_timer kTimer = {
    [](const gw_environ* environ, std::uint64_t when_ns, Extras::Timed fn,
       void* arg) -> std::int64_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("at")) return GW_E_STATE;
      return exchange.extras->at(when_ns, fn, arg);
    },
    [](const gw_environ* environ, std::int64_t number) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("cancel")) return GW_E_STATE;
      return exchange.extras->cancel(number);
    },
};

// -- gw.exchange/1

void* room(const gw_environ* environ, std::size_t n) {
  Exchange& exchange = Exchange::of(environ);
  return exchange.may_call("room") ? exchange.extras->room(n) : nullptr;
}

const gw_exchange kExchange = {
    room,
    [](const gw_environ* environ, Extras::Closed fn, void* arg) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("on_close")) return GW_E_STATE;
      return exchange.extras->on_close(fn, arg);
    },
    [](const gw_environ* environ) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      return exchange.may_call("is_gone") && exchange.is_gone() ? 1 : 0;
    },
};

// -- gw.attribute/1

std::int32_t number_of(const gw_host* host, gw_str name) {
  Instance& instance = Instance::of(host);
  if (!instance.may_control("number")) return GW_E_STATE;
  const std::string_view text(name.p == nullptr ? "" : name.p,
                              name.p == nullptr ? 0 : name.n);
  const bool is_ours = text.starts_with("gw.") && text != GW_REMOTE_USER;
  if (text.find('.') == std::string_view::npos || is_ours) {
    instance.bench.findings.report(
        "E22", "the attribute \"" + std::string(text) + "\" has no dot, or \"gw.\"");
    return GW_E_INVALID;
  }
  return instance.attribute(text);
}

const gw_attribute kAttribute = {
    number_of,
    [](const gw_environ* environ, std::int32_t number, void* value,
       Extras::Drop drop) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("set")) return GW_E_STATE;
      if (number <= 0) {
        exchange.report("D2", "set: a number that no name has");
        return GW_E_INVALID;
      }
      return exchange.extras->set_attribute(number, value, drop);
    },
    [](const gw_environ* environ, std::int32_t number) -> void* {
      Exchange& exchange = Exchange::of(environ);
      return exchange.may_call("get") ? exchange.extras->attribute(number) : nullptr;
    },
};

// -- gw.middleware/1

const gw_middleware kMiddleware = {
    [](const gw_environ* environ, const gw_environ* changed,
       gw_layer* layer) -> std::int64_t {
      Exchange& exchange = Exchange::of(environ);
      if (!exchange.may_call("next")) return GW_E_STATE;
      return exchange.chain->next(environ, changed, layer);
    },
    room,
};

// -- gw.threads/1

app::HostThreads& threads_of(const gw_host* host) {
  return Instance::of(host).threads;
}

const gw_threads kThreads = {
    [](const gw_host* host, gw_str name, app::HostThreads::Run run, void* arg,
       std::uint64_t* id) { return threads_of(host).spawn(name, run, arg, id); },
    [](const gw_host* host, std::uint64_t id,
       std::uint64_t deadline_ns) -> std::int32_t {
      if (!Instance::of(host).may_control("join")) return GW_E_STATE;
      return threads_of(host).join(id, deadline_ns);
    },
    [](const gw_host* host, app::HostThreads::Run run, void* arg) {
      return threads_of(host).submit(run, arg);
    },
    [](const gw_host* host) -> std::int32_t {
      return threads_of(host).should_stop() ? 1 : 0;
    },
    [](const gw_host* host, std::uint64_t deadline_ns) -> std::int32_t {
      return threads_of(host).wait_stop(deadline_ns) ? 1 : 0;
    },
};

}  // namespace

const void* find_extension(std::string_view id) {
  static const std::array<std::pair<std::string_view, const void*>, 11> kAll{{
      {GW_ASYNC_1, &kAsync},
      {GW_STREAM_1, &kStream},
      {GW_TIMER_1, &kTimer},
      {GW_EXCHANGE_1, &kExchange},
      {GW_ATTRIBUTE_1, &kAttribute},
      {GW_MIDDLEWARE_1, &kMiddleware},
      {GW_THREADS_1, &kThreads},
      {GW_FILE_1, file_table()},
      {GW_INFORMATIONAL_1, informational_table()},
      {GW_TRAILERS_1, trailers_table()},
      {GW_WEBSOCKET_1, websocket_table()},
  }};
  for (const auto& [name, table] : kAll) {
    if (name == id) return table;
  }
  return nullptr;
}

}  // namespace appserver::lint
