// Exports more than its table when it is linked without the version script: the refused
// twin of every plugin.
#include <gateway/gateway.h>

extern const int gw_leaked_by_mistake;
const int gw_leaked_by_mistake = 1;

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_APP(app, call, 0);
