/* GW-D8: its source counts more than it had room for. With GOOD defined: as it should
 * be. */
#include <stdlib.h>

#include "lint_app.h"

static int64_t next(gw_source* source, void* to, size_t cap) {
  int* left = (int*)(source + 1);
  if ((*left)-- <= 0) return 0;
  (void)cap;
  memset(to, 'x', 1);
  return GOOD_OR(1, (int64_t)cap + 1);
}

static void close(gw_source* source, int32_t reason) {
  (void)reason;
  free(source);
}

struct one {
  gw_source base;
  int left;
};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  struct one* one = (struct one*)malloc(sizeof *one);
  if (one == NULL) return GW_E_NOMEM;
  const gw_source base = {sizeof(gw_source), 0, next, close};
  one->base = base;
  one->left = 1;
  return out->body(out, &one->base);
}

GW_APP(app, call, 0);
