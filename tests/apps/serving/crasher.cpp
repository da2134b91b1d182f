// Does what ends a process, or keeps its thread: /null /null-call /abort /overflow
// /spin; /wait?GATE waits until the test opens that gate, anything else is served.
#include <gateway/threads.h>

#include "serving.hpp"

namespace {

volatile int* volatile nowhere = nullptr;
void (*volatile no_function)() = nullptr;
volatile bool goes_on = true;

[[gnu::noinline]] void write_to_nowhere() {
  *nowhere = 1;
}

[[gnu::noinline]] void call_nothing() {
  no_function();
  goes_on = true;  // or the call would be a jump
}

[[gnu::noinline]] int descend(volatile char* before) {
  volatile char frame[4096];
  frame[0] = before[0];
  return goes_on ? descend(frame) + frame[0] : 0;
}

[[gnu::noinline]] void spin_for_ever() {
  while (goes_on) {
  }
}

void crash_on_own_thread(const gw_host* host) {
  const auto* threads =
      static_cast<const gw_threads*>(host->extension(host, GW_THREADS_1));
  threads->spawn(
      host, serving::str("doomed"), [](void*) { write_to_nowhere(); }, nullptr,
      nullptr);
}

std::int64_t call(void* self, const gw_environ* environ,
                  gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  char byte = 0;
  if (path == "/null") write_to_nowhere();
  if (path == "/null-call") call_nothing();
  if (path == "/abort") std::abort();
  if (path == "/overflow") byte = static_cast<char>(descend(&byte));
  if (path == "/spin") spin_for_ever();
  if (path == "/own-thread") crash_on_own_thread(static_cast<const gw_host*>(self));
  if (path == "/wait") serving::wait_at_gate(serving::view(environ->query_string));
  return serving::answer(environ, start_response, "served");
}

std::int32_t create(const gw_host* host, void** self) {
  *self = const_cast<gw_host*>(host);
  return GW_OK;
}

std::int32_t create_badly(const gw_host*, void**) {
  write_to_nowhere();
  return GW_OK;
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("crasher"), GW_STR("1"),  call,         create,
                  nullptr,           nullptr,      nullptr};
GW_EXPORT(blocking) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, GW_BLOCKING,
                       GW_STR("crasher"), GW_STR("1"),  call,         create,
                       nullptr,           nullptr,      nullptr};
GW_EXPORT(bad) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("crasher"), GW_STR("1"),  call,         create_badly,
                  nullptr,           nullptr,      nullptr};
