// Counts how many calls run at the same time. /wait?GATE holds one, /max tells the
// highest number; `app` asked for one at a time, `parallel` did not.
#include <atomic>
#include <string>

#include "serving.hpp"

namespace {

std::atomic<int> running{0};
std::atomic<int> highest{0};

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  const int now = ++running;
  int known = highest;
  while (known < now && !highest.compare_exchange_weak(known, now)) {
  }
  const std::string_view path = serving::view(environ->path_info);
  if (path == "/wait") serving::wait_at_gate(serving::view(environ->query_string));
  const std::string multithread = (environ->flags & GW_MULTITHREAD) != 0 ? "yes" : "no";
  const std::string text = path == "/max" ? std::to_string(highest) : multithread;
  const std::int64_t result = serving::answer(environ, start_response, text);
  --running;
  return result;
}

}  // namespace

GW_APP(app, call, GW_BLOCKING | GW_SERIAL);
GW_APP(parallel, call, GW_BLOCKING);
