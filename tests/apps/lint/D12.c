/* GW-D12: it crashes. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  volatile int* nowhere = NULL;
  if (GOOD_OR(0, 1) && environ->query_string.n > 0) *nowhere = 1;
  (void)nowhere;
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, 0);
