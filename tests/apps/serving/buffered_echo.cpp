// Is called when the whole body is here, and sends it back.
#include <string>

#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  std::string body;
  const std::int64_t ended = serving::read_all(environ->input, body);
  if (ended < 0) return ended;
  return serving::answer(environ, start_response, body);
}

}  // namespace

GW_APP(app, call, GW_BUFFERED);
GW_APP(blocking, call, GW_BLOCKING | GW_BUFFERED);
