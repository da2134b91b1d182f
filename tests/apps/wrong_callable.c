// A healthy module whose callables are not the ones a user asks for first: shop and
// admin.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_APP(shop, call, 0);
GW_APP(admin, call, GW_BLOCKING | GW_SERIAL);
