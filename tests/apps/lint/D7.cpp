// GW-D7: an exception leaves its call. With GOOD defined: as it should be.
#include <stdexcept>

#include "lint_app.h"

static int64_t call(void*, const gw_environ* environ, gw_start_response* start) {
  try {
    if (environ->query_string.n > 0) throw std::runtime_error("no queries here");
  } catch (const std::exception&) {
    if (!GOOD_OR(true, false)) throw;
    return GW_E_APP;
  }
  return answer(environ, start, 200, kMore, "text\n");
}

GW_APP(app, call, 0);
