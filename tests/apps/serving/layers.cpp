// Middleware, each callable one promise of gw.middleware/1. What layers see off their
// exchange stays readable at /seen.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>

#include <gateway/file.h>
#include <gateway/middleware.h>

#include "serving.hpp"

namespace {

const gw_middleware* chain = nullptr;
const gw_file* file = nullptr;
std::mutex mutex;  // guards the file

/// Each mount has an image of its own: what is seen goes to a file of the process.
std::string seen_file() {
  const char* const folder = std::getenv("TMPDIR");
  return std::string(folder == nullptr ? "/tmp" : folder) + "/layers.seen";
}

void note(const std::string& word) {
  const std::lock_guard lock(mutex);
  std::ofstream(seen_file(), std::ios::app) << word << " " << std::flush;
}

std::int32_t create(const gw_host* host, void** self) {
  chain = static_cast<const gw_middleware*>(host->extension(host, GW_MIDDLEWARE_1));
  file = static_cast<const gw_file*>(host->extension(host, GW_FILE_1));
  *self = new std::string(host->config.p, host->config.n);
  return chain == nullptr || file == nullptr ? GW_E_UNSUPPORTED : GW_OK;
}

void destroy(void* self) {
  delete static_cast<std::string*>(self);
}

struct Layer : gw_layer {
  const char* name;
  const std::string* config;
};

Layer* layer_of(const gw_environ* environ, void* self, const char* name) {
  auto* const layer = static_cast<Layer*>(chain->room(environ, sizeof(Layer)));
  layer->size = sizeof(gw_layer);
  layer->name = name;
  layer->config = static_cast<std::string*>(self);
  layer->close = [](gw_layer* raw, std::int32_t reason) {
    note(std::string(static_cast<Layer*>(raw)->name) + "-closed" +
         std::to_string(reason));
  };
  return layer;
}

std::string_view path_of(const gw_environ* environ) {
  return {environ->path_info.p, environ->path_info.n};
}

/// Adds x-mark: <its configuration>, and what it saw of the length.
std::int32_t mark_head(gw_layer* raw, gw_head* head) {
  const auto* const layer = static_cast<Layer*>(raw);
  note("head" + std::to_string(head->status) + "," +
       std::to_string(head->content_length));
  head->field[head->count++] = {GW_STR("x-mark"),
                                {layer->config->data(), layer->config->size()}};
  return GW_OK;
}

std::int64_t mark(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "mark");
  layer->head = mark_head;
  return chain->next(environ, nullptr, layer);
}

std::int64_t bare(void* self, const gw_environ* environ, gw_start_response*) {
  return chain->next(environ, nullptr, layer_of(environ, self, "bare"));
}

std::int64_t upper(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "upper");
  layer->data = [](gw_layer*, const void* p, std::size_t n, std::uint32_t flags,
                   gw_writer* down) {
    std::string text(static_cast<const char*>(p), n);
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (n > GW_TAKEN_WHOLE) note("too-much");
    if ((flags & GW_LAST) != 0) note("last");
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(down->write(down, text.data(), n, flags), 0));
  };
  return chain->next(environ, nullptr, layer);
}

/// A file's part from within the hook, then the bytes.
std::int64_t file_in_data(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "file-in-data");
  layer->data = [](gw_layer*, const void* p, std::size_t n, std::uint32_t flags,
                   gw_writer* down) -> std::int32_t {
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    note("sent" + std::to_string(file->send(down, fd, 0, 5, 0)));
    close(fd);
    return down->write(down, p, n, flags) < 0 ? GW_E_APP : GW_OK;
  };
  return chain->next(environ, nullptr, layer);
}

/// Every piece `times` over.
template <int kTimes>
std::int64_t multiply(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "multiply");
  layer->head = [](gw_layer*, gw_head* head) -> std::int32_t {
    head->content_length = -1;
    return GW_OK;
  };
  layer->data = [](gw_layer*, const void* p, std::size_t n, std::uint32_t flags,
                   gw_writer* down) -> std::int32_t {
    for (int i = 1; i < kTimes; ++i) {
      const std::int64_t taken = down->write(down, p, n, 0);
      if (taken != static_cast<std::int64_t>(n)) return GW_E_APP;
    }
    const std::int64_t taken = down->write(down, p, n, flags);
    return taken == static_cast<std::int64_t>(n) ? GW_OK : GW_E_APP;
  };
  return chain->next(environ, nullptr, layer);
}

std::int64_t refuse(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "refuse");
  layer->head = [](gw_layer*, gw_head*) -> std::int32_t { return GW_E_APP; };
  return chain->next(environ, nullptr, layer);
}

std::int64_t forbidden(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "forbidden");
  layer->head = [](gw_layer*, gw_head* head) -> std::int32_t {
    head->field[head->count++] = {GW_STR("transfer-encoding"), GW_STR("chunked")};
    return GW_OK;
  };
  return chain->next(environ, nullptr, layer);
}

/// Changes of the head that a 101, and some no answer, may not have.
template <void (*kChange)(gw_head&)>
std::int64_t change(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "change");
  layer->head = [](gw_layer*, gw_head* head) -> std::int32_t {
    kChange(*head);
    return GW_OK;
  };
  return chain->next(environ, nullptr, layer);
}

void change_status(gw_head& head) {
  head.status = 203;
}

void change_length(gw_head& head) {
  head.content_length = 5;
}

void change_handshake(gw_head& head) {
  head.field[head.count++] = {GW_STR("sec-websocket-protocol"), GW_STR("mine")};
}

void remove_fields(gw_head& head) {
  head.count = 0;
}

/// One hook that lets an exception escape: what no layer may do.
enum class Hook { Head, Data, Input, Close };

template <Hook kHook>
std::int64_t throws(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "throws");
  if (kHook == Hook::Head) {
    layer->head = [](gw_layer*, gw_head*) -> std::int32_t {
      throw std::runtime_error("thrown in head");
    };
  }
  if (kHook == Hook::Data) {
    layer->data = [](gw_layer*, const void*, std::size_t, std::uint32_t,
                     gw_writer*) -> std::int32_t {
      throw std::runtime_error("thrown in data");
    };
  }
  if (kHook == Hook::Input) {
    layer->input = [](gw_layer*, gw_input*, void*, std::size_t) -> std::int64_t {
      throw std::runtime_error("thrown in input");
    };
  }
  if (kHook == Hook::Close) {
    layer->close = [](gw_layer*, std::int32_t) {
      throw std::runtime_error("thrown in close");
    };
  }
  return chain->next(environ, nullptr, layer);
}

std::int64_t keep_last(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "keep-last");
  layer->data = [](gw_layer*, const void*, std::size_t, std::uint32_t,
                   gw_writer*) -> std::int32_t { return GW_OK; };
  return chain->next(environ, nullptr, layer);
}

std::int64_t answer(void*, const gw_environ* environ, gw_start_response* start) {
  return serving::answer(environ, start, "answered by itself");
}

/// Shows a path of its own; the string lives in the room.
std::int64_t reroute(void* self, const gw_environ* environ, gw_start_response*) {
  gw_environ changed = *environ;
  auto* const path = static_cast<char*>(chain->room(environ, 16));
  static constexpr std::string_view kShown = "/rerouted";
  kShown.copy(path, kShown.size());
  changed.path_info = {path, kShown.size()};
  return chain->next(environ, &changed, layer_of(environ, self, "reroute"));
}

/// Its own path, once the next one has returned.
std::int64_t paths(void*, const gw_environ* environ, gw_start_response*) {
  const std::int64_t result = chain->next(environ, nullptr, nullptr);
  note("after" + std::string(path_of(environ)));
  return result;
}

/// Digits become '#'.
std::int64_t input(void* self, const gw_environ* environ, gw_start_response*) {
  Layer* const layer = layer_of(environ, self, "input");
  layer->input = [](gw_layer*, gw_input* up, void* to, std::size_t cap) {
    const std::int64_t n = up->read(up, to, cap);
    auto* const bytes = static_cast<char*>(to);
    for (std::int64_t i = 0; i < n; ++i) {
      if (bytes[i] >= '0' && bytes[i] <= '9') bytes[i] = '#';
    }
    return n;
  };
  return chain->next(environ, nullptr, layer);
}

std::int64_t twice(void* self, const gw_environ* environ, gw_start_response*) {
  const std::int64_t first = chain->next(environ, nullptr, nullptr);
  const std::int64_t second =
      chain->next(environ, nullptr, layer_of(environ, self, "twice"));
  gw_environ copy = *environ;
  note("second" + std::to_string(second) + ",copy" +
       std::to_string(chain->next(&copy, nullptr, nullptr)));
  return first;
}

std::int64_t report(void*, const gw_environ* environ, gw_start_response* start) {
  if (path_of(environ) == "/nests") {
    return serving::answer(environ, start,
                           std::to_string(chain->next(environ, nullptr, nullptr)));
  }
  const std::lock_guard lock(mutex);
  std::stringstream seen;
  seen << std::ifstream(seen_file()).rdbuf();
  return serving::answer(environ, start, seen.str());
}

/// The app at the end: an echo.
std::int64_t app(void*, const gw_environ* environ, gw_start_response* start) {
  if (path_of(environ) == "/fails") return GW_E_APP;
  if (path_of(environ) == "/nests") {
    return serving::answer(environ, start,
                           std::to_string(chain->next(environ, nullptr, nullptr)));
  }
  if (environ->content_length == 0) {
    return serving::answer(environ, start, "hello " + std::string(path_of(environ)));
  }
  std::string body;
  char bytes[1000];
  std::int64_t n = 0;
  while ((n = environ->input->read(environ->input, bytes, sizeof bytes)) > 0) {
    body.append(bytes, static_cast<std::size_t>(n));
  }
  return n < 0 ? n : serving::answer(environ, start, body);
}

}  // namespace

#define LAYER(callable, call, flags)                                            \
  GW_EXPORT(callable) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, flags,  \
                         GW_STR(#callable), GW_STR(""),   call,         create, \
                         nullptr,           destroy,      nullptr}

LAYER(report, report, 0);
LAYER(mark, mark, 0);
LAYER(bare, bare, 0);
LAYER(blocking_mark, mark, GW_BLOCKING);
LAYER(upper, upper, 0);
LAYER(file_in_data, file_in_data, 0);
LAYER(doubles, multiply<2>, 0);
LAYER(five, multiply<5>, 0);
LAYER(four, multiply<4>, 0);
LAYER(refuse, refuse, 0);
LAYER(forbidden, forbidden, 0);
LAYER(status, change<change_status>, 0);
LAYER(length, change<change_length>, 0);
LAYER(handshake, change<change_handshake>, 0);
LAYER(bald, change<remove_fields>, 0);
LAYER(throws_head, throws<Hook::Head>, 0);
LAYER(throws_data, throws<Hook::Data>, 0);
LAYER(throws_input, throws<Hook::Input>, 0);
LAYER(throws_close, throws<Hook::Close>, 0);
LAYER(serial_mark, mark, GW_BLOCKING | GW_SERIAL);
LAYER(keep_last, keep_last, 0);
LAYER(answer, answer, 0);
LAYER(reroute, reroute, 0);
LAYER(paths, paths, 0);
LAYER(input, input, 0);
LAYER(twice, twice, 0);
LAYER(app, app, GW_BUFFERED);
LAYER(blocking, app, GW_BLOCKING);
