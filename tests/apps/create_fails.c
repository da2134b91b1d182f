// create() says why it cannot start, at error level, and fails.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

static int32_t create(const gw_host* host, void** self) {
  const gw_str early = GW_STR("looking for a database");
  const gw_str why = GW_STR("no database at db.example:5432");
  const gw_str late = GW_STR("giving up");
  (void)self;
  host->log(host, GW_LOG_ERROR, early);
  host->log(host, GW_LOG_ERROR, why);
  host->log(host, GW_LOG_INFO, late);
  return GW_E_APP;
}

static int32_t create_silently(const gw_host* host, void** self) {
  (void)host;
  (void)self;
  return GW_E_NOMEM;
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  NULL,           NULL,         NULL};
GW_EXPORT(silent) = {sizeof(gw_app),
                     GW_ABI_MAJOR,
                     GW_ABI_MINOR,
                     0,
                     GW_STR("silent"),
                     GW_STR(""),
                     call,
                     create_silently,
                     NULL,
                     NULL,
                     NULL};
