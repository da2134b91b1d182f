// create() does not come back for ten minutes.
#include <unistd.h>

#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

static int32_t create(const gw_host* host, void** self) {
  unsigned left = 600;
  (void)host;
  (void)self;
  while (left > 0) left = sleep(left);
  return GW_OK;
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, GW_BLOCKING,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  NULL,           NULL,         NULL};
