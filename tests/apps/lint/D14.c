/* GW-D14: it writes on and on though the client has left. With GOOD defined: as it
 * should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  int64_t n = 0;
  for (int i = 0; i < 3000 && (n >= 0 || GOOD_OR(0, 1)); ++i)
    n = out->write(out, "x", 1, 0);
  return n;
}

GW_APP(app, call, 0);
