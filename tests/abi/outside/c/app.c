// Somebody else's project in plain C: sees nothing but the installed package.
#include <gateway/gateway.h>

static const gw_field kText[] = {{GW_STR("content-type"), GW_STR("text/plain")}};

static int64_t outside(void* self, const gw_environ* environ,
                       gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  return out->write(out, "outside in C\n", 13, GW_LAST);
}

GW_APP(app, outside, 0);
