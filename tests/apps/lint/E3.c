/* GW-E3: its next app sees a mount that ends with /. With GOOD defined: as it should
 * be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start, (void)answer, (void)kMore;
  gw_environ changed = *environ;
  const gw_str mount = {"/a/", GOOD_OR(2, 3)};
  changed.script_name = mount;
  return table->next(environ, &changed, NULL);
}

LINT_APP(call, create, 0);
