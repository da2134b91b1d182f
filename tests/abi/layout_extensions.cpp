// The shape of the extensions; see layout.cpp.
#include <gateway/async.h>
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/file.h>
#include <gateway/informational.h>
#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/threads.h>
#include <gateway/timer.h>
#include <gateway/trailers.h>
#include <gateway/websocket.h>

#include "layout_facts.hpp"

namespace gateway::abi_test {
namespace {

std::string async() {
  return CONSTANT(GW_ASYNC_1) + CONSTANT(GW_POSTS_MOST) + TYPE(gw_async) +
         MEMBER(gw_async, detach) + MEMBER(gw_async, post) +
         MEMBER(gw_async, complete) + MEMBER(gw_async, cancelled) +
         MEMBER(gw_async, retain) + MEMBER(gw_async, release);
}

std::string stream() {
  return CONSTANT(GW_STREAM_1) + CONSTANT(GW_NOWAIT) + TYPE(gw_stream) +
         MEMBER(gw_stream, peek) + MEMBER(gw_stream, consume) +
         MEMBER(gw_stream, readable) + MEMBER(gw_stream, room) +
         MEMBER(gw_stream, writable) + MEMBER(gw_stream, wake);
}

std::string exchange() {
  return CONSTANT(GW_EXCHANGE_1) + TYPE(gw_exchange) + MEMBER(gw_exchange, room) +
         MEMBER(gw_exchange, on_close) + MEMBER(gw_exchange, is_gone);
}

std::string attribute() {
  return CONSTANT(GW_ATTRIBUTE_1) + CONSTANT(GW_REMOTE_USER) + TYPE(gw_attribute) +
         MEMBER(gw_attribute, number) + MEMBER(gw_attribute, set) +
         MEMBER(gw_attribute, get);
}

std::string file() {
  return CONSTANT(GW_FILE_1) + CONSTANT(GW_PARTS_MOST) + TYPE(gw_file) +
         MEMBER(gw_file, send);
}

std::string informational() {
  return CONSTANT(GW_INFORMATIONAL_1) + TYPE(gw_informational) +
         MEMBER(gw_informational, send);
}

std::string trailers() {
  return CONSTANT(GW_TRAILERS_1) + TYPE(gw_trailers) + MEMBER(gw_trailers, request) +
         MEMBER(gw_trailers, response);
}

std::string middleware() {
  return CONSTANT(GW_MIDDLEWARE_1) + CONSTANT(GW_FIELDS_MORE) + TYPE(gw_head) +
         MEMBER(gw_head, size) + MEMBER(gw_head, status) + MEMBER(gw_head, field) +
         MEMBER(gw_head, count) + MEMBER(gw_head, room) +
         MEMBER(gw_head, content_length) + MEMBER(gw_head, request_method) +
         TYPE(gw_layer) + MEMBER(gw_layer, size) + MEMBER(gw_layer, flags) +
         MEMBER(gw_layer, head) + MEMBER(gw_layer, data) + MEMBER(gw_layer, input) +
         MEMBER(gw_layer, close) + TYPE(gw_middleware) + MEMBER(gw_middleware, next) +
         MEMBER(gw_middleware, room);
}

std::string websocket() {
  return CONSTANT(GW_WEBSOCKET_1) + CONSTANT(GW_WS_TEXT) + CONSTANT(GW_WS_BINARY) +
         TYPE(gw_ws_events) + MEMBER(gw_ws_events, size) + MEMBER(gw_ws_events, flags) +
         MEMBER(gw_ws_events, message) + MEMBER(gw_ws_events, writable) +
         MEMBER(gw_ws_events, closed) + TYPE(gw_websocket) +
         MEMBER(gw_websocket, is_asked) + MEMBER(gw_websocket, accept) +
         MEMBER(gw_websocket, send) + MEMBER(gw_websocket, resume) +
         MEMBER(gw_websocket, close) + MEMBER(gw_websocket, post) +
         MEMBER(gw_websocket, retain) + MEMBER(gw_websocket, release);
}

std::string threads() {
  return CONSTANT(GW_THREADS_1) + TYPE(gw_threads) + MEMBER(gw_threads, spawn) +
         MEMBER(gw_threads, join) + MEMBER(gw_threads, submit) +
         MEMBER(gw_threads, should_stop) + MEMBER(gw_threads, wait_stop);
}

std::string timer() {
  return CONSTANT(GW_TIMER_1) + CONSTANT(GW_TIMERS_MOST) + TYPE(gw_timer) +
         MEMBER(gw_timer, at) + MEMBER(gw_timer, cancel);
}

}  // namespace

std::string extension_layout() {
  return async() + stream() + exchange() + attribute() + file() + informational() +
         trailers() + middleware() + websocket() + threads() + timer();
}

}  // namespace gateway::abi_test
