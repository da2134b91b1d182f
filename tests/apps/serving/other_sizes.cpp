// An app from another time: `newer` knows members that this host does not, `older`
// lacks all that came after `call`; `future` has a low flag that no host knows yet.
#include <cstddef>

#include "serving.hpp"

namespace {

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  return serving::answer(environ, start_response, "from another time");
}

struct NewerApp {
  gw_app known;
  void (*from_the_future)();
};

void never_called() {}

}  // namespace

GW_EXPORT(older) = {offsetof(gw_app, create),
                    GW_ABI_MAJOR,
                    GW_ABI_MINOR,
                    0,
                    GW_STR("older"),
                    GW_STR(""),
                    call,
                    nullptr,
                    nullptr,
                    nullptr,
                    nullptr};

GW_APP(future, call, 1U << 31U);

extern "C" __attribute__((visibility("default"))) const NewerApp gw1_newer;
__attribute__((used)) const NewerApp gw1_newer = {
    {sizeof(NewerApp), GW_ABI_MAJOR, GW_ABI_MINOR, 0, GW_STR("newer"), GW_STR(""), call,
     nullptr, nullptr, nullptr, nullptr},
    never_called};
