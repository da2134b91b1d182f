// Built with another draft of the ABI that is not frozen yet.
#include <gateway/gateway.h>

#undef GW_ABI_DRAFT
#define GW_ABI_DRAFT 4242

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_APP(app, call, 0);
