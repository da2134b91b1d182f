// Calls a function that no library defines; linked without -z defs, so nobody noticed.
#include <gateway/gateway.h>

extern int64_t shop_open_database(const gw_environ* environ);

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return shop_open_database(environ);
}

GW_APP(app, call, 0);
