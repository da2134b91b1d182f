/* GW-D5: it keeps what was lent for one exchange. With GOOD defined: as it should be.
 */
#include "lint_app.h"

static const char* kept;
static char copy[8];

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  volatile char first = 0;
  if (kept != NULL) first = GOOD_OR(copy, kept)[0];
  (void)first;
  kept = environ->request_method.p;
  memcpy(copy, environ->request_method.p,
         environ->request_method.n < 8 ? environ->request_method.n : 8);
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, 0);
