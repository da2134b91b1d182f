/* What the apps of this folder share. Each breaks one rule on purpose, and its twin,
 * the same file with GOOD defined, keeps it. */
#ifndef LINT_APP_H
#define LINT_APP_H
#include <string.h>

#include <gateway/gateway.h>

#ifdef GOOD
#define GOOD_OR(good, bad) good
#else
#define GOOD_OR(good, bad) bad
#endif

static const gw_field kText[] = {{GW_STR("content-type"), GW_STR("text/plain")}};

/* A whole answer with one more field. */
static inline int64_t answer(const gw_environ* environ, gw_start_response* start,
                             uint32_t status, gw_field more, const char* text) {
  const gw_field fields[] = {kText[0], more};
  gw_writer* out = start(environ, status, fields, 2, 0);
  return out->write(out, text, strlen(text), GW_LAST);
}

static inline gw_field lint_field(const char* name, const char* value) {
  const gw_field field = {{name, strlen(name)}, {value, strlen(value)}};
  return field;
}

static const gw_field kMore = {GW_STR("x-more"), GW_STR("1")};

/* `table`, an extension that the app cannot do without, and the create that asks for it. */
#define LINT_TABLE(type, name)                                   \
  static const type* table;                                      \
  static int32_t create(const gw_host* host, void** self) {      \
    table = (const type*)host->extension(host, name);            \
    *self = NULL;                                                \
    return table == NULL ? GW_E_UNSUPPORTED : GW_OK;             \
  }

/* A table with create in it. */
#define LINT_APP(call, create, flags)                                     \
  GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, (flags),  \
                    GW_STR("lint"), GW_STR(""),   (call),       (create), \
                    NULL,           NULL,         NULL}
#endif
