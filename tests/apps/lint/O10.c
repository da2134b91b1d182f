/* GW-O10: HEAD has another length than its body. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const int is_head = environ->request_method.n == 4 &&
                      memcmp(environ->request_method.p, "HEAD", 4) == 0;
  const gw_field length = {GW_STR("content-length"),
                           {is_head ? GOOD_OR("5", "0") : "5", 1}};
  return answer(environ, start, 200, length, "text\n");
}

GW_APP(app, call, 0);
