// Lets C++ exceptions out of the raw C call, which no app may do: the host must have a
// wall.
#include <stdexcept>

#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/int") throw 42;
  if (path == "/after-head") serving::start(environ, start_response);
  if (path == "/after-bytes") {
    gw_writer* writer = serving::start(environ, start_response);
    writer->write(writer, "some", 4, GW_FLUSH);
  }
  if (path == "/calm") return serving::answer(environ, start_response, "calm");
  throw std::runtime_error("thrown by the test app");
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
