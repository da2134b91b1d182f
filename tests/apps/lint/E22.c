/* GW-E22: it gives an attribute a name of the headers. With GOOD defined: as it should
 * be. */
#include <gateway/attribute.h>

#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(environ, start, 200, kMore, "text\n");
}

static int32_t create(const gw_host* host, void** self) {
  const gw_attribute* table =
      (const gw_attribute*)host->extension(host, GW_ATTRIBUTE_1);
  const gw_str name = {GOOD_OR("org.example.user", "gw.mine"), GOOD_OR(16, 7)};
  *self = NULL;
  if (table != NULL) table->number(host, name); /* it would fail, too */
  return table == NULL ? GW_E_UNSUPPORTED : GW_OK;
}

LINT_APP(call, create, 0);
