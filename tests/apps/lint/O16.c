/* GW-O16: it forgets the rest of a short write. With GOOD defined: as it should be. */
#include "lint_app.h"

enum { kSize = 300000 };

static char bytes[kSize];
#ifdef GOOD
#include <stdlib.h>

struct rest {
  gw_source base;
  size_t left;
};

static int64_t next(gw_source* source, void* to, size_t cap) {
  struct rest* rest = (struct rest*)source;
  const size_t n = rest->left < cap ? rest->left : cap;
  memset(to, 0, n);
  rest->left -= n;
  return (int64_t)n;
}

static void close(gw_source* source, int32_t reason) {
  (void)reason;
  free(source);
}

static int64_t go_on(gw_writer* out, size_t left) {
  struct rest* rest = (struct rest*)malloc(sizeof *rest);
  if (rest == NULL) return GW_E_NOMEM;
  const gw_source base = {sizeof(gw_source), 0, next, close};
  rest->base = base;
  rest->left = left;
  return out->body(out, &rest->base);
}
#endif
static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  const int64_t n = out->write(out, bytes, kSize, GW_LAST);
#ifdef GOOD
  if (n >= 0 && n < kSize) return go_on(out, kSize - (size_t)n);
#endif
  return n;
}

GW_APP(app, call, 0);
