// Healthy. Calls the test back: self is the struct that its config gives the address
// of.
#include <stdlib.h>

#include <gateway/gateway.h>

struct called_back {
  int64_t (*call)(void* self, const gw_environ* environ, gw_start_response* start);
};

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  return ((struct called_back*)self)->call(self, environ, start);
}

static int32_t create(const gw_host* host, void** self) {
  char address[32] = {0};
  for (size_t i = 0; i < host->config.n && i < sizeof(address) - 1; i++)
    address[i] = host->config.p[i];
  *self = (void*)(uintptr_t)strtoull(address, NULL, 10);
  return GW_OK;
}

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  NULL,           NULL,         NULL};
