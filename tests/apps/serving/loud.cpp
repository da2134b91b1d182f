// Leaves a mark when any code of it runs: its constructor makes the file $LOUD_MARK.
#include <fcntl.h>

#include "serving.hpp"

namespace {

__attribute__((constructor)) void on_load() {
  const char* path = std::getenv("LOUD_MARK");
  if (path != nullptr) ::close(::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

std::int64_t call(void*, const gw_environ* environ, gw_start_response* start_response) {
  return serving::answer(environ, start_response, "loud");
}

}  // namespace

GW_APP(app, call, 0);
