/* GW-S12: a body that does not say what it is. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, GOOD_OR(1, 0), 0);
  return out->write(out, "text\n", 5, GW_LAST);
}

GW_APP(app, call, 0);
