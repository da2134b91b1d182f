/* GW-X4: it speaks a protocol that was not offered. With GOOD defined: as it should be.
 */
#include <gateway/websocket.h>

#include "lint_app.h"

LINT_TABLE(gw_websocket, GW_WEBSOCKET_1)

static int32_t message(gw_ws* ws, void* to, uint32_t kind, const void* p, size_t n) {
  (void)to;
  const int32_t code = table->send(ws, kind, p, n);
  return code == GW_E_AGAIN ? GW_OK : code;
}

LINT_WEBSOCKET_CALL(GOOD_OR("lint", "mine"), 4)

LINT_APP(call, create, 0);
