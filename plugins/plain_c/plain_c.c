/* The whole contract in ten lines: answer a head, then the bytes that end the body. */
#include <gateway/gateway.h>

static int64_t call(void* self, const gw_environ* environ,
                    gw_start_response* start_response) {
  static const gw_field head[] = {{GW_STR("content-type"), GW_STR("text/plain")}};
  static const char text[] = "Hello, world!\n";
  gw_writer* writer = start_response(environ, 200, head, 1, 0);
  (void)self; /* this app keeps no state */
  return writer->write(writer, text, sizeof(text) - 1, GW_LAST);
}

GW_APP(app, call, 0);
