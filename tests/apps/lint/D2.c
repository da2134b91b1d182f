/* GW-D2: it gives a source without close. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t next(gw_source* source, void* to, size_t cap) {
  (void)source, (void)to, (void)cap;
  return 0;
}

static void close(gw_source* source, int32_t reason) {
  (void)source, (void)reason;
}

static gw_source empty = {sizeof(gw_source), 0, next, GOOD_OR(close, NULL)};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)close;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  return out->body(out, &empty);
}

GW_APP(app, call, 0);
