/* GW-S18: it goes on though its replacement came too late. With GOOD defined: as it
 * should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  const int64_t n = out->write(out, "text", 4, GW_FLUSH);
  if (n < 0) return n;
  gw_writer* late = start(environ, 500, kText, 1, GW_REPLACE);
  if (late->error != GW_OK)
    return GOOD_OR(late->error, out->write(out, "\n", 1, GW_LAST));
  return late->write(late, "failed\n", 7, GW_LAST);
}

GW_APP(app, call, 0);
