/* GW-S24: an interim answer that is the host's. With GOOD defined: as it should be. */
#include <gateway/informational.h>

#include "lint_app.h"
static const gw_informational* table;

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const int32_t code = table->send(environ, GOOD_OR(103, 100), &kMore, 1);
  if (code < 0 && code != GW_E_INVALID) return code;
  return answer(environ, start, 200, kMore, "text\n");
}

static int32_t create(const gw_host* host, void** self) {
  table = (const gw_informational*)host->extension(host, GW_INFORMATIONAL_1);
  *self = NULL;
  return table == NULL ? GW_E_UNSUPPORTED : GW_OK;
}

LINT_APP(call, create, 0);
