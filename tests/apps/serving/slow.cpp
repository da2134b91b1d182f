// Blocks: /wait?GATE until the test opens that gate, anything else answers at once.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  const std::string_view gate = serving::view(environ->query_string);
  if (path == "/wait") serving::wait_at_gate(gate);
  if (path == "/wait-after-start") {
    gw_writer* writer = serving::start(environ, start_response);
    writer->write(writer, "first ", 6, GW_FLUSH);
    serving::wait_at_gate(gate);
    writer->write(writer, "last", 4, GW_LAST);
    return GW_OK;
  }
  return serving::answer(environ, start_response, "served");
}

}  // namespace

GW_APP(app, call, GW_BLOCKING);
