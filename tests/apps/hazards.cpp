// Everything the linker lets through: unique symbols, static TLS, and more exports than
// gw1_*.
#include <gateway/gateway.h>

inline int& shared_counter() {
  static int counter = 0;
  return counter;
}

__attribute__((tls_model("initial-exec"))) thread_local int calls_of_this_thread = 0;

static int64_t call(void*, const gw_environ* environ, gw_start_response* start) {
  (void)start(environ, 204, nullptr, 0, 0);
  return ++shared_counter() + ++calls_of_this_thread > 0 ? 0 : GW_E_APP;
}

GW_APP(app, call, 0);
