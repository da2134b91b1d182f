// Fails by its return value: before a head, after a head, after bytes have left.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  const gw_str why = GW_STR("the test app gives up");
  if (path == "/fine") return serving::answer(environ, start_response, "fine");
  if (path == "/logged") environ->log(environ, GW_LOG_ERROR, why);
  if (path == "/after-head") serving::start(environ, start_response);
  if (path == "/after-bytes" || path == "/after-flush") {
    gw_writer* writer = serving::start(environ, start_response);
    writer->write(writer, "partial", 7, path == "/after-flush" ? GW_FLUSH : 0);
  }
  if (path == "/after-length") {
    const gw_field length = serving::field("content-length", "100");
    gw_writer* writer = start_response(environ, 200, &length, 1, 0);
    writer->write(writer, "partial", 7, GW_FLUSH);
  }
  return GW_E_APP;
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
