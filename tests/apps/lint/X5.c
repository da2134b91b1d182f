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

static void closed(gw_ws* ws, void* to, uint32_t code, gw_str why) {
  (void)ws, (void)to, (void)code, (void)why;
}

static const gw_ws_events kEvents = {sizeof(gw_ws_events), 0, message, NULL, closed};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  if (table->is_asked(environ)) {
    gw_ws* ws = NULL;
    const gw_str protocol = {NULL, 0};
    const int32_t code = table->accept(environ, protocol, NULL, 0, &kEvents, NULL, &ws);
    return code;
  }
  return answer(environ, start, 200, kMore, "text\n");
}

LINT_APP(call, create, 0);
