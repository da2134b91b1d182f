// Sends several fields of one name, with another between them.
#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  using serving::field;
  const gw_field fields[] = {field("set-cookie", "a=1"), field("x-between", "x"),
                             field("set-cookie", "b=2"), field("set-cookie", "a=3")};
  gw_writer* writer = start_response(environ, 200, fields, 4, 0);
  return writer->write(writer, "many", 4, GW_LAST) < 0 ? GW_E_APP : GW_OK;
}

}  // namespace

GW_APP(app, call, 0);
