/* GW-D18: it says success though next failed. With GOOD defined: as it should be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start, (void)answer, (void)kMore;
  const int64_t code = table->next(environ, NULL, NULL);
  return GOOD_OR(code, code < 0 ? GW_OK : code);
}

LINT_APP(call, create, 0);
