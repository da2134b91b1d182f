/* GW-D11: it leaves a descriptor open. With GOOD defined: as it should be. */
#include <fcntl.h>
#include <unistd.h>

#include "lint_app.h"

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(environ, start, 200, kMore, "text\n");
}

static int32_t create(const gw_host* host, void** self) {
  (void)host;
  *self = (void*)(intptr_t)open("/dev/null", O_RDONLY);
  return GW_OK;
}

static void destroy(void* self) {
  if (GOOD_OR(1, 0)) close((int)(intptr_t)self);
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("lint"), GW_STR(""),   call,         create,
                  NULL,           destroy,      NULL};
