/* GW-O6: fewer bytes than it said. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const gw_field length = {GW_STR("content-length"), {GOOD_OR("5", "6"), 1}};
  if (environ->request_method.n == 4 &&
      memcmp(environ->request_method.p, "HEAD", 4) == 0) {
    gw_writer* out = start(environ, 200, &length, 1, 0);
    return out->write(out, "", 0, GW_LAST);
  }
  return answer(environ, start, 200, length, "text\n");
}

GW_APP(app, call, 0);
