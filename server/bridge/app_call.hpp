// The only place that calls through a plugin's pointers, and the wall that keeps a
// plugin's C++ exceptions out of the server (an app in C++ without the SDK may let one
// escape).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/websocket.h>

namespace appserver::bridge {

/// All give GW_E_APP for an exception that escaped; `*what` (may be null) then points
/// to its text in a buffer of this thread, valid until the next call. Threads:
/// [exchange].
std::int64_t call_app(const gw_app& app, void* self, const gw_environ& environ,
                      gw_start_response* start_response, const char** what);
std::int64_t call_next(gw_source& source, void* to, std::size_t cap, const char** what);
void call_close(gw_source& source, std::int32_t reason);
void call_on_close(void (*callback)(void*, std::int32_t), void* arg,
                   std::int32_t reason);
void call_drop(void (*drop)(void*), void* value);
void call_post(void (*run)(const gw_environ*, void*), const gw_environ* environ,
               void* arg);
void call_readable(gw_readable* run, gw_input* input, void* arg, std::int32_t status);
void call_writable(gw_writable* run, gw_writer* writer, void* arg, std::int32_t status);
std::int32_t call_layer_head(gw_layer& layer, gw_head& head);
std::int32_t call_layer_data(gw_layer& layer, const void* bytes, std::size_t n,
                             std::uint32_t flags, gw_writer& down);
std::int64_t call_layer_input(gw_layer& layer, gw_input& up, void* to, std::size_t cap);
void call_layer_close(gw_layer& layer, std::int32_t reason);
std::int32_t call_ws_message(const gw_ws_events& events, gw_ws* ws, void* to,
                             std::uint32_t kind, std::string_view bytes);
void call_ws_closed(const gw_ws_events& events, gw_ws* ws, void* to, std::uint32_t code,
                    gw_str why);

/// These two give false for an exception.
bool call_ws_writable(const gw_ws_events& events, gw_ws* ws, void* to);
bool call_ws_post(void (*run)(gw_ws*, void*), gw_ws* ws, void* arg);

}  // namespace appserver::bridge
