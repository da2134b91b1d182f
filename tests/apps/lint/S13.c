/* GW-S13: a length with 204. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const gw_field length = {GW_STR("content-length"), GW_STR("0")};
  gw_writer* out = start(environ, GOOD_OR(200, 204), &length, 1, 0);
  return out->write(out, "", 0, GW_LAST);
}

GW_APP(app, call, 0);
