// Has a callable's table, but no note: built by hand, without GW_EXPORT.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

extern __attribute__((visibility("default"))) const gw_app gw1_app;
const gw_app gw1_app = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                        GW_STR("app"),  GW_STR(""),   call,         NULL,
                        NULL,           NULL,         NULL};
