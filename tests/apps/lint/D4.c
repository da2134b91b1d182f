/* GW-D4: an event app that sleeps. With GOOD defined: as it should be. */
#include <threads.h>

#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  const struct timespec pause = {0, 60000000};
  thrd_sleep(&pause, NULL);
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, GOOD_OR(GW_BLOCKING, 0));
