// create() and, in "late", destroy() let a C++ exception escape into C.
#include <stdexcept>

#include <gateway/gateway.h>

namespace {

int64_t call(void*, const gw_environ* environ, gw_start_response* start) {
  (void)start(environ, 204, nullptr, 0, 0);
  return 0;
}

int32_t create(const gw_host*, void**) {
  throw std::runtime_error("no database");
}

int32_t create_int(const gw_host*, void**) {
  throw 7;
}

void destroy(void*) {
  throw std::runtime_error("too late");
}

}  // namespace

GW_EXPORT(app) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                  GW_STR("app"),  GW_STR(""),   call,         create,
                  nullptr,        nullptr,      nullptr};
GW_EXPORT(number) = {sizeof(gw_app),   GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                     GW_STR("number"), GW_STR(""),   call,         create_int,
                     nullptr,          nullptr,      nullptr};
GW_EXPORT(late) = {sizeof(gw_app), GW_ABI_MAJOR, GW_ABI_MINOR, 0,
                   GW_STR("late"), GW_STR(""),   call,         nullptr,
                   nullptr,        destroy,      nullptr};
