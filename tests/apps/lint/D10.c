/* GW-D10: it does not release. With GOOD defined: as it should be. */
#include <gateway/async.h>

#include "lint_app.h"

LINT_TABLE(gw_async, GW_ASYNC_1)

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_pending* later = table->detach(environ);
  if (later == NULL) return GW_E_STATE;
  answer(environ, start, 200, kMore, "text\n");
  table->complete(later, GW_OK);
  if (GOOD_OR(1, 0)) table->release(later);
  return GW_OK;
}

LINT_APP(call, create, 0);
