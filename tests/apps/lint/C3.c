/* GW-C3: it succeeds and answers nothing. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
#ifdef GOOD
  return answer(environ, start, 200, kMore, "text\n");
#else
  (void)environ, (void)start, (void)answer, (void)kMore;
  return GW_OK;
#endif
}

GW_APP(app, call, 0);
