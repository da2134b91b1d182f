// Sends back each piece of the body as it comes, waiting for the next: the streaming of
// an app that blocks. /then?GATE waits at the gate before the first read.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  if (serving::view(environ->path_info) == "/then") {
    serving::wait_at_gate(serving::view(environ->query_string));
  }
  gw_writer* writer = serving::start(environ, start_response);
  char buffer[8192];
  std::int64_t count = 0;
  while ((count = environ->input->read(environ->input, buffer, sizeof buffer)) > 0) {
    const std::int64_t taken =
        writer->write(writer, buffer, static_cast<std::size_t>(count), GW_FLUSH);
    if (taken < 0) return taken;
  }
  return count;
}

}  // namespace

GW_APP(app, call, GW_BLOCKING);
