/* GW-S16: it starts twice. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 404, kText, 1, 0);
  gw_writer* other = start(environ, 200, kText, 1, GOOD_OR(GW_REPLACE, 0));
  if (other->error == GW_OK) out = other; /* else the first is as it was */
  return out->write(out, "text\n", 5, GW_LAST);
}

GW_APP(app, call, 0);
