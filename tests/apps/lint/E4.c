/* GW-E4: its next app sees a path without /. With GOOD defined: as it should be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start, (void)answer, (void)kMore;
  gw_environ changed = *environ;
  const gw_str path = {GOOD_OR("/a", "a/"), 2};
  changed.path_info = path;
  return table->next(environ, &changed, NULL);
}

LINT_APP(call, create, 0);
