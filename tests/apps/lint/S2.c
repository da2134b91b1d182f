/* GW-S2: a status that is none. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(environ, start, GOOD_OR(599, 99), kMore, "text\n");
}

GW_APP(app, call, 0);
