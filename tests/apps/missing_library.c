// Needs a library that was there when it was linked and is gone where it runs.
#include <gateway/gateway.h>

extern int64_t vanished(void);

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return vanished();
}

GW_APP(app, call, 0);
