/* GW-E21: it writes to what is lent to be read. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  char* path = (char*)(uintptr_t)environ->path_info.p; /* the const is cast away */
  char copy[8] = "/";
  if (environ->path_info.n > 0) *GOOD_OR(copy, path) = '-';
  (void)path, (void)copy;
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, 0);
