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

static void closed(gw_ws* ws, void* to, uint32_t code, gw_str why) {
  (void)ws, (void)to, (void)code, (void)why;
}

static const gw_ws_events kEvents = {sizeof(gw_ws_events), 0, message, NULL, closed};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  if (table->is_asked(environ)) {
    gw_ws* ws = NULL;
    const gw_str protocol = {GOOD_OR("lint", "mine"), 4};
    const int32_t code = table->accept(environ, protocol, NULL, 0, &kEvents, NULL, &ws);
    return code;
  }
  return answer(environ, start, 200, kMore, "text\n");
}

LINT_APP(call, create, 0);
