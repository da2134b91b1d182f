// A table that ends after `call`, as an older minor's may: "app" is legal; "tiny" ends
// before its call and is not. What follows in memory must not be taken for members.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

GW_EXPORT(app) = {offsetof(gw_app, create),
                  GW_ABI_MAJOR,
                  GW_ABI_MINOR,
                  GW_BLOCKING,
                  GW_STR("app"),
                  GW_STR(""),
                  call,
                  (int32_t(*)(const gw_host*, void**))1,
                  (int32_t(*)(void*, uint64_t))1,
                  (void (*)(void*))1,
                  (const void* (*)(void*, const char*))1};
GW_EXPORT(tiny) = {offsetof(gw_app, call),
                   GW_ABI_MAJOR,
                   GW_ABI_MINOR,
                   0,
                   GW_STR("tiny"),
                   GW_STR(""),
                   call,
                   NULL,
                   NULL,
                   NULL,
                   NULL};
