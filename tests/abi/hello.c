// The smallest useful app: hello_test.cpp counts its lines, compile_matrix.sh compiles
// it.
#include <gateway/gateway.h>

static const gw_field kText[] = {{GW_STR("content-type"), GW_STR("text/plain")}};

static int64_t hello(void* self, const gw_environ* environ, gw_start_response* start) {
  (void)self;
  gw_writer* out = start(environ, 200, kText, 1, 0);
  return out->write(out, "hello\n", 6, GW_LAST);
}

GW_APP(app, hello, 0);
