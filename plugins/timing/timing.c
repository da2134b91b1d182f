/* A middleware in plain C: says in Server-Timing how long the app took until its head
 * left (https://www.w3.org/TR/server-timing/). */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <stdio.h>
#include <time.h>

#include <gateway/middleware.h>

struct timing {
  gw_layer base; /* first: the host's gw_layer is this struct */
  struct timespec begin;
  char value[40]; /* the head points to it until the layer is closed */
};

static int32_t head(gw_layer* layer, gw_head* head) {
  struct timing* timing = (struct timing*)layer;
  struct timespec now;
  if (head->count >= head->room) return GW_E_TOOBIG;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const double ms = (double)(now.tv_sec - timing->begin.tv_sec) * 1e3 +
                    (double)(now.tv_nsec - timing->begin.tv_nsec) / 1e6;
  const int n =
      snprintf(timing->value, sizeof timing->value, "app;dur=%.3f", ms < 0 ? 0 : ms);
  if (n < 0 || (size_t)n >= sizeof timing->value) return GW_E_APP;
  const gw_field field = {GW_STR("server-timing"), {timing->value, (size_t)n}};
  head->field[head->count++] = field;
  return GW_OK;
}

static int64_t call(void* self, const gw_environ* environ,
                    gw_start_response* start_response) {
  const gw_middleware* middleware = self;
  struct timing* timing = middleware->room(environ, sizeof *timing);
  (void)start_response; /* the next app answers */
  if (timing == NULL) return GW_E_NOMEM;
  timing->base.size = sizeof timing->base; /* the room is zeros: no other hook */
  timing->base.head = head;
  clock_gettime(CLOCK_MONOTONIC, &timing->begin);
  return middleware->next(environ, NULL, &timing->base);
}

static int32_t refuse(const gw_host* host, const char* why, size_t n) {
  const gw_str text = {why, n};
  host->log(host, GW_LOG_ERROR, text);
  return GW_E_INVALID;
}

/* Nothing, or an empty object: any key would be one that is not known. */
static int is_empty(gw_str config) {
  int braces = 0;
  for (size_t i = 0; i < config.n; ++i) {
    const char c = config.p[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c != "{}"[braces == 1] || braces == 2) return 0;
    ++braces;
  }
  return braces != 1;
}

static int32_t create(const gw_host* host, void** self) {
  static const char no_middleware[] = "timing: this host has no gw.middleware/1";
  static const char has_keys[] = "timing: the config has a key, and none is known";
  const void* middleware =
      GW_CAN(host, extension) ? host->extension(host, GW_MIDDLEWARE_1) : NULL;
  if (middleware == NULL) return refuse(host, no_middleware, sizeof no_middleware - 1);
  if (!is_empty(host->config)) return refuse(host, has_keys, sizeof has_keys - 1);
  *self = (void*)(uintptr_t)middleware; /* all the state there is; never written to */
  return GW_OK;
}

GW_EXPORT(middleware) = {
    sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,   GW_STR("timing"), GW_STR(""), call,
    create,         NULL,         NULL,         NULL};
