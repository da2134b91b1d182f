/* GW-E1: its next app sees no method. With GOOD defined: as it should be. */
#include <gateway/middleware.h>

#include "lint_app.h"
static const gw_middleware* table;

static int32_t create(const gw_host* host, void** self) {
  table = (const gw_middleware*)host->extension(host, GW_MIDDLEWARE_1);
  *self = NULL;
  return table == NULL ? GW_E_UNSUPPORTED : GW_OK;
}

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start, (void)answer, (void)kMore;
  gw_environ changed = *environ;
  changed.request_method.n = GOOD_OR(changed.request_method.n, 0);
  return table->next(environ, &changed, NULL);
}

LINT_APP(call, create, 0);
