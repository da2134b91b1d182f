/* GW-X5: it closes with a code that is never sent. With GOOD defined: as it should be.
 */
#include <gateway/websocket.h>

#include "lint_app.h"

LINT_TABLE(gw_websocket, GW_WEBSOCKET_1)

static int32_t message(gw_ws* ws, void* to, uint32_t kind, const void* p, size_t n) {
  (void)to;
  const gw_str why = {NULL, 0};
  (void)kind, (void)p, (void)n;
  table->close(ws, GOOD_OR(1000, 1006), why);
  return GW_OK;
}

LINT_WEBSOCKET_CALL(NULL, 0)

LINT_APP(call, create, 0);
