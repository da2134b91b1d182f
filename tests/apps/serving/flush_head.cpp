// Starts an answer and waits at the gate (the query) before its body; under /now the
// head leaves first (GW_FLUSH without bytes), elsewhere it must stay.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  gw_writer* writer = serving::start(environ, start_response);
  if (serving::view(environ->path_info) == "/now") {
    writer->write(writer, nullptr, 0, GW_FLUSH);
  }
  serving::wait_at_gate(serving::view(environ->query_string));
  return writer->write(writer, "body", 4, GW_LAST) < 0 ? GW_E_APP : GW_OK;
}

}  // namespace

GW_APP(app, call, GW_BLOCKING);
