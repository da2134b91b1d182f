/* GW-D6: it takes a text of the host for one that ends with NUL. With GOOD defined: as
 * it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const size_t n = GOOD_OR(environ->path_info.n, strlen(environ->path_info.p));
  return answer(environ, start, n > 0 ? 200 : 404, kMore, "text\n");
}

GW_APP(app, call, 0);
