/* GW-M2: it keeps the end to itself. With GOOD defined: as it should be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int32_t data(gw_layer* layer, const void* p, size_t n, uint32_t flags,
                    gw_writer* down) {
  (void)layer;
  const int64_t code = down->write(down, p, n, GOOD_OR(flags, 0));
  (void)flags;
  return code < 0 ? (int32_t)code : GW_OK;
}

LINT_LAYER_CALL(NULL, data)

LINT_APP(call, create, 0);
