/* GW-D13: it does not return. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  while (GOOD_OR(0, 1)) {
    const volatile int spin = 0;
    (void)spin;
  }
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, 0);
