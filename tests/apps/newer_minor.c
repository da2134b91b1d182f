// Built with a newer minor that it does not need: its table is longer than this
// server's.
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  (void)start(environ, 204, NULL, 0, 0);
  return 0;
}

struct longer_app {
  gw_app known;
  void (*later)(void);
};

static void later(void) {}

GW_EXTERN __attribute__((section(".note.gateway"), aligned(4), visibility("hidden")))
const gw_note gw_note_app;
__attribute__((used)) const gw_note gw_note_app = {4,
                                                   24,
                                                   1,
                                                   {'G', 'W', 'N', 0},
                                                   GW_ABI_MAJOR,
                                                   GW_ABI_MINOR + 1,
                                                   0,
                                                   GW_ABI_DRAFT,
                                                   8 * sizeof(void*),
                                                   sizeof(struct longer_app),
                                                   sizeof(gw_environ),
                                                   0};
extern __attribute__((visibility("default"))) const struct longer_app gw1_app;
__attribute__((used)) const struct longer_app gw1_app = {
    {sizeof(struct longer_app), GW_ABI_MAJOR, GW_ABI_MINOR + 1, GW_SERIAL,
     GW_STR("app"), GW_STR("9"), call, NULL, NULL, NULL, NULL},
    later};
