// Built for a gateway ABI of another major number: its note says 99.
#include <gateway/gateway.h>

#undef GW_ABI_MAJOR
#define GW_ABI_MAJOR 99

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_APP(app, call, 0);
