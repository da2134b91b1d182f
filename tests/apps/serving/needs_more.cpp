// Needs a function that nobody has.
#include "serving.hpp"

extern "C" int function_that_nobody_has();

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  return serving::answer(environ, start_response,
                         function_that_nobody_has() != 0 ? "1" : "0");
}

}  // namespace

GW_APP(app, call, 0);
