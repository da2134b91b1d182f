/* GW-Y2: it completes twice. With GOOD defined: as it should be. */
#include <gateway/async.h>

#include "lint_app.h"
static const gw_async* table;

static int32_t create(const gw_host* host, void** self) {
  table = (const gw_async*)host->extension(host, GW_ASYNC_1);
  *self = NULL;
  return table == NULL ? GW_E_UNSUPPORTED : GW_OK;
}

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_pending* later = table->detach(environ);
  if (later == NULL) return GW_E_STATE;
  answer(environ, start, 200, kMore, "text\n");
  table->complete(later, GW_OK);
  if (!GOOD_OR(1, 0)) table->complete(later, GW_OK);
  table->release(later);
  return GW_OK;
}

LINT_APP(call, create, 0);
