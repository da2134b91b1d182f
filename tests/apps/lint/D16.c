/* GW-D16: it exports more than its table. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(environ, start, 200, kMore, "text\n");
}
#ifndef GOOD
__attribute__((visibility("default"))) int left_open = 1;
#endif

GW_APP(app, call, 0);
