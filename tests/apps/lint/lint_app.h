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

/* "text\n" with a content-length of one digit; to HEAD the head alone. */
static inline int64_t answer_with_length(const gw_environ* environ,
                                         gw_start_response* start, const char* digit) {
  const gw_field length = {GW_STR("content-length"), {digit, 1}};
  const gw_str method = environ->request_method;
  if (method.n != 4 || memcmp(method.p, "HEAD", 4) != 0) {
    return answer(environ, start, 200, length, "text\n");
  }
  gw_writer* out = start(environ, 200, &length, 1, 0);
  return out->write(out, "", 0, GW_LAST);
}

static inline gw_field lint_field(const char* name, const char* value) {
  const gw_field field = {{name, strlen(name)}, {value, strlen(value)}};
  return field;
}

static const gw_field kMore = {GW_STR("x-more"), GW_STR("1")};

/* `table`, an extension that the app cannot do without, and the create that asks for
 * it. */
#define LINT_TABLE(type, name)                              \
  static const type* table;                                 \
  static int32_t create(const gw_host* host, void** self) { \
    table = (const type*)host->extension(host, name);       \
    *self = NULL;                                           \
    return table == NULL ? GW_E_UNSUPPORTED : GW_OK;        \
  }

/* The call of a middleware that is nothing but a layer with these hooks; after
 * LINT_TABLE. */
#define LINT_LAYER_CALL(head_hook, data_hook)                         \
  static int64_t call(void* self, const gw_environ* environ,          \
                      gw_start_response* start) {                     \
    (void)self, (void)start, (void)answer, (void)kMore;               \
    gw_layer* layer = (gw_layer*)table->room(environ, sizeof *layer); \
    if (layer == NULL) return GW_E_NOMEM;                             \
    layer->size = sizeof *layer;                                      \
    layer->head = (head_hook);                                        \
    layer->data = (data_hook);                                        \
    return table->next(environ, NULL, layer);                         \
  }

/* The call of an app that accepts every WebSocket with `message` and this protocol;
 * after LINT_TABLE. */
#define LINT_WEBSOCKET_CALL(protocol_or_null, protocol_size)                   \
  static void closed(gw_ws* ws, void* to, uint32_t code, gw_str why) {         \
    (void)ws, (void)to, (void)code, (void)why;                                 \
  }                                                                            \
  static const gw_ws_events kEvents = {sizeof(gw_ws_events), 0, message, NULL, \
                                       closed};                                \
  static int64_t call(void* self, const gw_environ* environ,                   \
                      gw_start_response* start) {                              \
    (void)self;                                                                \
    if (!table->is_asked(environ))                                             \
      return answer(environ, start, 200, kMore, "text\n");                     \
    gw_ws* ws = NULL;                                                          \
    const gw_str protocol = {(protocol_or_null), (protocol_size)};             \
    return table->accept(environ, protocol, NULL, 0, &kEvents, NULL, &ws);     \
  }

/* The call of an app that detaches, answers at once, and ends with `end(later)`; after
 * LINT_TABLE. */
#define LINT_DETACHED_CALL(end)                              \
  static int64_t call(void* self, const gw_environ* environ, \
                      gw_start_response* start) {            \
    (void)self;                                              \
    gw_pending* later = table->detach(environ);              \
    if (later == NULL) return GW_E_STATE;                    \
    answer(environ, start, 200, kMore, "text\n");            \
    end(later);                                              \
    return GW_OK;                                            \
  }

/* A table with create in it. */
#define LINT_APP(call, create, flags)                                     \
  GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, (flags),  \
                    GW_STR("lint"), GW_STR(""),   (call),       (create), \
                    NULL,           NULL,         NULL}
#endif
