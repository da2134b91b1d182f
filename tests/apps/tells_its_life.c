// Healthy. Counts what happens to it where the test can see it: self is the table of
// counters that its config gives the address of. "stubborn" says at quiesce that it is
// still at work.
#include <stdlib.h>

#include <gateway/gateway.h>

struct life {
  int created, quiesced, destroyed;
  uint64_t deadline_ns;
  const gw_host* host;
};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

static int32_t create(const gw_host* host, void** self) {
  char address[32] = {0};
  struct life* life = NULL;
  size_t i = 0;
  for (; i < host->config.n && i < sizeof(address) - 1; i++)
    address[i] = host->config.p[i];
  life = (struct life*)(uintptr_t)strtoull(address, NULL, 10);
  life->created++;
  life->host = host;
  *self = life;
  return GW_OK;
}

static int32_t quiesce(void* self, uint64_t deadline_ns) {
  struct life* life = self;
  life->quiesced++;
  life->deadline_ns = deadline_ns;
  return GW_OK;
}

static int32_t refuse_to_quiesce(void* self, uint64_t deadline_ns) {
  (void)quiesce(self, deadline_ns);
  return GW_E_BUSY;
}

static void destroy(void* self) {
  struct life* life = self;
  life->destroyed++;
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR,    GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR("1.2.3"), call,         create,
                  quiesce,        destroy,         NULL};
GW_EXPORT(stubborn) = {sizeof(gw_app),     GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                       GW_STR("stubborn"), GW_STR(""),   call,         create,
                       refuse_to_quiesce,  destroy,      NULL};
