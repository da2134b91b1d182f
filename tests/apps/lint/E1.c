/* GW-E1: its next app sees no method. With GOOD defined: as it should be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start, (void)answer, (void)kMore;
  gw_environ changed = *environ;
  changed.request_method.n = GOOD_OR(changed.request_method.n, 0);
  return table->next(environ, &changed, NULL);
}

LINT_APP(call, create, 0);
