/* GW-D15: it takes "not here yet" for the end. With GOOD defined: as it should be. */
#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  char to[64];
  int64_t n = 1;
  while (n > 0) n = environ->input->read(environ->input, to, sizeof to);
  if (n < 0 && n != GOOD_OR(GW_OK, GW_E_AGAIN)) return n;
  return answer(environ, start, 200, kMore, "taken\n");
}

GW_APP(app, call, GOOD_OR(GW_BUFFERED, 0));
