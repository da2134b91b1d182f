/* GW-S6: a value with a line end. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const gw_field more = lint_field("x-name", GOOD_OR("a b", "a\nb"));
  return answer(environ, start, 200, more, "text\n");
}

GW_APP(app, call, 0);
