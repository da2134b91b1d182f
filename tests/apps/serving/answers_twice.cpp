// Calls start_response twice; the last code it was given stays readable at /code.
#include <atomic>
#include <string>

#include "serving.hpp"

namespace {

std::atomic<std::int64_t> code{0};

std::int64_t write(gw_writer* writer, std::string_view text, std::uint32_t flags) {
  return writer->write(writer, text.data(), text.size(), flags);
}

// With one good head and one more without GW_REPLACE: the first stays in force.
std::int64_t without_replace(const gw_environ* environ,
                             gw_start_response* start_response) {
  gw_writer* first = serving::start(environ, start_response, 200);
  gw_writer* second = serving::start(environ, start_response, 201);
  code = second->error;
  if (write(second, "from the second", 0) >= 0) code = 0;
  return write(first, "from the first", GW_LAST) < 0 ? GW_E_APP : GW_OK;
}

// A refused first head counts as a call, too.
std::int64_t after_refused(const gw_environ* environ,
                           gw_start_response* start_response) {
  const gw_field bad = serving::field("x-bad", "a\nb");
  start_response(environ, 200, &bad, 1, 0);
  code = serving::start(environ, start_response, 200)->error;
  return serving::answer(environ, start_response, "replaced", 202, GW_REPLACE);
}

// Too late: bytes have left. A good app lets the error pass.
std::int64_t too_late(const gw_environ* environ, gw_start_response* start_response) {
  gw_writer* first = serving::start(environ, start_response, 200);
  write(first, "already on its way", GW_FLUSH);
  code = serving::start(environ, start_response, 500, GW_REPLACE)->error;
  return code;
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/code") {
    return serving::answer(environ, start_response, std::to_string(code));
  }
  code = 0;
  if (path == "/replace") {
    const gw_field old = serving::field("x-old", "1");
    start_response(environ, 200, &old, 1, 0);
    return serving::answer(environ, start_response, "replaced", 500, GW_REPLACE);
  }
  if (path == "/after-refused") return after_refused(environ, start_response);
  if (path == "/too-late") return too_late(environ, start_response);
  if (path == "/after-end") {
    gw_writer* writer = serving::start(environ, start_response, 200);
    write(writer, "whole", GW_LAST);
    code = write(writer, "more", 0);
    return GW_OK;
  }
  return without_replace(environ, start_response);
}

}  // namespace

GW_APP(app, call, 0);
GW_APP(blocking, call, GW_BLOCKING);
