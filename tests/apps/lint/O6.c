/* GW-O6: fewer bytes than it said. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer_with_length(environ, start, GOOD_OR("5", "6"));
}

GW_APP(app, call, 0);
