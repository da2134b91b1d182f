/* GW-C8: it writes behind the end. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  const int64_t n = out->write(out, "text", 4, GOOD_OR(0, GW_LAST));
  if (n < 0) return n;
  return out->write(out, "\n", 1, GW_LAST);
}

GW_APP(app, call, 0);
