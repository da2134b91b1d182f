// "app" demands, by a low flag bit, something no server knows; "hint" only wishes, by a
// high one.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_APP(app, call, 1u << 30);
GW_APP(hint, call, (uint64_t)1 << 40);
