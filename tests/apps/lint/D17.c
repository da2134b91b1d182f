/* GW-D17: it has a table for every id. With GOOD defined: as it should be. */
#include "lint_app.h"

static int table;

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  return answer(environ, start, 200, kMore, "text\n");
}

static const void* extension(void* self, const char* id) {
  (void)self;
  return GOOD_OR(strcmp(id, "org.example.mine/1") == 0, id != NULL) ? &table : NULL;
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("lint"), GW_STR(""),   call,         NULL,
                  NULL,           NULL,         extension};
