/* GW-Y2: it completes twice. With GOOD defined: as it should be. */
#include <gateway/async.h>

#include "lint_app.h"

LINT_TABLE(gw_async, GW_ASYNC_1)

static void end(gw_pending* later) {
  table->complete(later, GW_OK);
  if (!GOOD_OR(1, 0)) table->complete(later, GW_OK);
  table->release(later);
}

LINT_DETACHED_CALL(end)

LINT_APP(call, create, 0);
