// The wall between C++ and C: exports an app and lets no exception leave it. This is
// the only file that catches what an app throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <gateway/gateway.h>
#include <gateway/sdk/callable.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/wall.hpp>

namespace gateway {

/// One object of an app's class, with the host that its constructor was shown.
template <class App>
struct Instance {
  explicit Instance(const gw_host* raw) : host(raw), app(host) {}

  Host host;
  App app;
};

// The functions of a gw_app's table.

template <auto Function>
std::int64_t call_function(void*, const gw_environ* env, gw_start_response* start) {
  return guarded(env, [=] { return answer(*Function, env, start); });
}

template <class App>
std::int64_t call_instance(void* self, const gw_environ* env,
                           gw_start_response* start) {
  App& app = static_cast<Instance<App>*>(self)->app;
  return guarded(env, [&] { return answer(app, env, start); });
}

template <class App>
std::int32_t create_instance(const gw_host* host, void** self) {
  const auto code = guarded(host, [=] {
    *self = new Instance<App>(host);
    return GW_OK;
  });
  return static_cast<std::int32_t>(code);
}

template <class App>
void destroy_instance(void* self) {
  delete static_cast<Instance<App>*>(self);
}

/// The flags of the table: the plain way wants the whole body before the call, unless
/// the app may wait for it.
template <class App>
consteval std::uint64_t flags_of(std::uint64_t flags) {
  return PlainApp<App> && (flags & GW_BLOCKING) == 0 ? flags | GW_BUFFERED : flags;
}

template <class App>
consteval void check_signature() {
  static_assert(
      PlainApp<App> || WsgiApp<App>,
      "GATEWAY_APP: an app is  Response app(const Request&)  or  BODY app(const "
      "Environ&, StartResponse&)  where BODY is void, Generator, text, or a "
      "range of texts");
}

template <auto Function>
consteval gw_app table_of_function(gw_str name, std::uint64_t flags) {
  using App = std::remove_pointer_t<decltype(Function)>;
  check_signature<App>();
  return {sizeof(gw_app),
          GW_ABI_MAJOR,
          GW_ABI_MINOR,
          flags_of<App>(flags),
          name,
          GW_STR(""),
          &call_function<Function>,
          nullptr,
          nullptr,
          nullptr,
          nullptr};
}

template <class App>
consteval gw_app table_of_class(gw_str name, std::uint64_t flags) {
  check_signature<App>();
  static_assert(
      std::constructible_from<App, const Host&>,
      "GATEWAY_APP_CLASS: the class is constructed from const gateway::Host&");
  return {sizeof(gw_app),
          GW_ABI_MAJOR,
          GW_ABI_MINOR,
          flags_of<App>(flags),
          name,
          GW_STR(""),
          &call_instance<App>,
          &create_instance<App>,
          nullptr,
          &destroy_instance<App>,
          nullptr};
}

}  // namespace gateway

/// Exports the function `callable` as an app of that name: GATEWAY_APP(app), or
/// GATEWAY_APP(app, GW_BLOCKING) for one that may block.
#define GATEWAY_APP(...) \
  GATEWAY_APP_PICK(__VA_ARGS__, GATEWAY_APP_FLAGGED, GATEWAY_APP_EVENT, )(__VA_ARGS__)

/// Exports the class `Type` as an app: constructed once from `const gateway::Host&`,
/// called through its operator() in either of the two ways, destroyed at the end. A
/// constructor that throws refuses to start, with its text in the log.
#define GATEWAY_APP_CLASS(callable, Type, flags) \
  GW_EXPORT(callable) = ::gateway::table_of_class<Type>(GW_STR(#callable), (flags))

#define GATEWAY_APP_PICK(a, b, chosen, ...) chosen
#define GATEWAY_APP_EVENT(callable) GATEWAY_APP_FLAGGED(callable, 0)
#define GATEWAY_APP_FLAGGED(callable, flags) \
  GW_EXPORT(callable) =                      \
      ::gateway::table_of_function<&(callable)>(GW_STR(#callable), (flags))
