#include "bridge/app_call.hpp"

#include <array>
#include <cstring>
#include <exception>

#include "base/log.hpp"

namespace appserver::bridge {
namespace {

/// The exception object belongs to the plugin's image: its text is copied at once.
const char* keep(const char* text) {
  thread_local std::array<char, 256> kept;
  std::strncpy(kept.data(), text, kept.size() - 1);
  kept.back() = '\0';
  return kept.data();
}

template <class Call>
std::int64_t walled(Call&& call, const char** what) {
  const char* text = nullptr;
  try {
    return call();
  } catch (const std::exception& e) {
    text = keep(e.what());
  } catch (...) {
    text = "an exception that is not a std::exception";
  }
  if (what != nullptr) *what = text;
  return GW_E_APP;
}

/// A call whose exception is told to the log alone.
template <class Call>
std::int64_t walled_and_logged(Call&& call, const char* whose) {
  const char* what = nullptr;
  const std::int64_t result = walled(call, &what);
  if (what != nullptr) {
    log::error(std::string("an exception left ") + whose + ": " + what);
  }
  return result;
}

/// A call that has no result and must not fail: false if it did.
template <class Call>
bool clean_up(Call&& call, const char* whose) {
  const char* what = nullptr;
  walled(
      [&] {
        call();
        return std::int64_t{0};
      },
      &what);
  if (what != nullptr) {
    log::error(std::string("an exception left ") + whose + ": " + what);
  }
  return what == nullptr;
}

}  // namespace

std::int64_t call_app(const gw_app& app, void* self, const gw_environ& environ,
                      gw_start_response* start_response, const char** what) {
  return walled([&] { return app.call(self, &environ, start_response); }, what);
}

std::int64_t call_next(gw_source& source, void* to, std::size_t cap,
                       const char** what) {
  return walled([&] { return source.next(&source, to, cap); }, what);
}

void call_close(gw_source& source, std::int32_t reason) {
  if (source.close == nullptr) return;
  clean_up([&] { source.close(&source, reason); }, "a source's close()");
}

std::int32_t call_layer_head(gw_layer& layer, gw_head& head) {
  return static_cast<std::int32_t>(
      walled_and_logged([&] { return layer.head(&layer, &head); }, "a head hook"));
}

std::int32_t call_layer_data(gw_layer& layer, const void* bytes, std::size_t n,
                             std::uint32_t flags, gw_writer& down) {
  return static_cast<std::int32_t>(walled_and_logged(
      [&] { return layer.data(&layer, bytes, n, flags, &down); }, "a data hook"));
}

std::int64_t call_layer_input(gw_layer& layer, gw_input& up, void* to,
                              std::size_t cap) {
  return walled_and_logged([&] { return layer.input(&layer, &up, to, cap); },
                           "an input hook");
}

void call_layer_close(gw_layer& layer, std::int32_t reason) {
  if (!GW_CAN(&layer, close)) return;
  clean_up([&] { layer.close(&layer, reason); }, "a layer's close()");
}

void call_on_close(void (*callback)(void*, std::int32_t), void* arg,
                   std::int32_t reason) {
  clean_up([&] { callback(arg, reason); }, "a callback of on_close");
}

void call_drop(void (*drop)(void*), void* value) {
  clean_up([&] { drop(value); }, "an attribute's drop()");
}

void call_post(void (*run)(const gw_environ*, void*), const gw_environ* environ,
               void* arg) {
  clean_up([&] { run(environ, arg); }, "what was posted to an exchange");
}

void call_readable(gw_readable* run, gw_input* input, void* arg, std::int32_t status) {
  clean_up([&] { run(input, arg, status); }, "a notice of readable");
}

void call_writable(gw_writable* run, gw_writer* writer, void* arg,
                   std::int32_t status) {
  clean_up([&] { run(writer, arg, status); }, "a notice of writable");
}

std::int32_t call_ws_message(const gw_ws_events& events, gw_ws* ws, void* to,
                             std::uint32_t kind, std::string_view bytes) {
  std::int32_t taken = GW_E_APP;
  clean_up([&] { taken = events.message(ws, to, kind, bytes.data(), bytes.size()); },
           "message() of a WebSocket");
  return taken;
}

void call_ws_closed(const gw_ws_events& events, gw_ws* ws, void* to, std::uint32_t code,
                    gw_str why) {
  clean_up([&] { events.closed(ws, to, code, why); }, "closed() of a WebSocket");
}

bool call_ws_writable(const gw_ws_events& events, gw_ws* ws, void* to) {
  return clean_up([&] { events.writable(ws, to); }, "writable() of a WebSocket");
}

bool call_ws_post(void (*run)(gw_ws*, void*), gw_ws* ws, void* arg) {
  return clean_up([&] { run(ws, arg); }, "what was posted to a WebSocket");
}

}  // namespace appserver::bridge
