/* GW-D1: it writes though a source speaks. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t next(gw_source* source, void* to, size_t cap) {
  (void)source, (void)to, (void)cap;
  return 0;
}

static void close(gw_source* source, int32_t reason) {
  (void)source, (void)reason;
}

static gw_source empty = {sizeof(gw_source), 0, next, close};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  if (GOOD_OR(1, 0)) out->write(out, "text\n", 5, 0);
  const int32_t code = out->body(out, &empty);
  if (GOOD_OR(0, 1) && code == GW_OK) out->write(out, "text\n", 5, 0);
  return code;
}

GW_APP(app, call, 0);
