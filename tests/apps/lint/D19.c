/* GW-D19: two exchanges share what belongs to one: whom to greet stands in a global
 * between call and next. With GOOD defined: in its source. LINT_BLOCKING: the same
 * between two calls of a blocking app. */
#include <stdlib.h>

#include "lint_app.h"

struct name {
  char text[64];
  size_t size;
};

#ifndef GOOD
static struct name shared;
#endif

static void take_name(const gw_environ* environ, struct name* to) {
  size_t i;
  to->size = 0;
  for (i = 0; i < environ->field_count; ++i) {
    const gw_field* field = &environ->field[i];
    if (field->name.n != 10 || memcmp(field->name.p, "user-agent", 10) != 0) continue;
    if (field->value.n > sizeof to->text) continue;
    memcpy(to->text, field->value.p, field->value.n);
    to->size = field->value.n;
  }
}

#ifdef LINT_BLOCKING
static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
#ifdef GOOD
  struct name own;
  struct name* const name = &own;
#else
  struct name* const name = &shared;
#endif
  gw_writer* out;
  (void)self;
  take_name(environ, name);
  out = start(environ, 200, kText, 1, 0);
  return out->write(out, name->text, name->size, GW_LAST);
}

LINT_APP(call, NULL, GW_BLOCKING);
#else
struct greeting {
  gw_source source;
  struct name own;
  size_t done;
};

static int64_t next(gw_source* source, void* to, size_t most) {
  struct greeting* const self = (struct greeting*)source;
  const struct name* const name = GOOD_OR(&self->own, &shared);
  const size_t left = name->size - self->done;
  const size_t n = left < most ? left : most;
  memcpy(to, name->text + self->done, n);
  self->done += n;
  return (int64_t)n;
}

static void greeting_close(gw_source* source, int32_t reason) {
  (void)reason;
  free(source);
}

static int64_t call(void* self, const gw_environ* environ, gw_start_response* start) {
  struct greeting* const made = calloc(1, sizeof *made);
  gw_writer* out;
  (void)self;
  if (made == NULL) return GW_E_NOMEM;
  made->source.size = sizeof made->source;
  made->source.next = next;
  made->source.close = greeting_close;
  take_name(environ, GOOD_OR(&made->own, &shared));
  out = start(environ, 200, kText, 1, 0);
  return out->body(out, &made->source);
}

LINT_APP(call, NULL, 0);
#endif
