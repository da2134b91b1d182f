/* GW-M6: it makes the body longer and keeps the length. With GOOD defined: as it should
 * be. */
#include <gateway/middleware.h>

#include "lint_app.h"

LINT_TABLE(gw_middleware, GW_MIDDLEWARE_1)

static int32_t head(gw_layer* layer, gw_head* head) {
  (void)layer;
  if (GOOD_OR(1, 0)) head->content_length = -1;
  return GW_OK;
}

static int32_t data(gw_layer* layer, const void* p, size_t n, uint32_t flags,
                    gw_writer* down) {
  (void)layer;
  int64_t code = down->write(down, p, n, flags & ~GW_LAST);
  if (code >= 0 && (flags & GW_LAST) != 0) code = down->write(down, "more", 4, GW_LAST);
  return code < 0 ? (int32_t)code : GW_OK;
}

LINT_LAYER_CALL(head, data)

LINT_APP(call, create, 0);
