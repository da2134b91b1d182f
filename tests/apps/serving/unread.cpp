// Never reads what it is sent.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  return serving::answer(environ, start_response, "not needed");
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
