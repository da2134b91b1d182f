// Small probes of single rules, each a callable.
#include <string>

#include <gateway/attribute.h>
#include <gateway/middleware.h>

#include "serving.hpp"

namespace {

const gw_middleware* chain = nullptr;
std::string codes;  // of what `names` asked in create

std::int32_t create(const gw_host* host, void**) {
  chain = static_cast<const gw_middleware*>(host->extension(host, GW_MIDDLEWARE_1));
  const auto* attributes =
      static_cast<const gw_attribute*>(host->extension(host, GW_ATTRIBUTE_1));
  if (chain == nullptr || attributes == nullptr) return GW_E_UNSUPPORTED;
  for (const gw_str name : {gw_str GW_STR("plain"), gw_str GW_STR("test.dotted")}) {
    const std::int32_t number = attributes->number(host, name);
    codes += number > 0 ? "number " : std::to_string(number) + " ";
  }
  return GW_OK;
}

/// A layer that tells, when the head leaves, what its own environ says by then.
struct Watch : gw_layer {
  const gw_environ* environ;
};

std::int64_t watch(void*, const gw_environ* environ, gw_start_response*) {
  auto* const layer = static_cast<Watch*>(chain->room(environ, sizeof(Watch)));
  if (layer == nullptr) return GW_E_NOMEM;
  layer->size = sizeof(gw_layer);
  layer->environ = environ;
  layer->head = [](gw_layer* raw, gw_head* head) -> std::int32_t {
    head->field[head->count++] = {GW_STR("x-outer-path"),
                                  static_cast<Watch*>(raw)->environ->path_info};
    return GW_OK;
  };
  return chain->next(environ, nullptr, layer);
}

std::int64_t names(void*, const gw_environ* environ, gw_start_response* start) {
  return serving::answer(environ, start, codes);
}

std::int64_t refuses(void*, const gw_environ*, gw_start_response*) {
  return GW_E_UNSUPPORTED;
}

}  // namespace

#define PROBE(callable, call)                                                   \
  GW_EXPORT(callable) = {sizeof(gw_app),    GW_ABI_MAJOR, GW_ABI_MINOR, 0,      \
                         GW_STR(#callable), GW_STR(""),   call,         create, \
                         nullptr,           nullptr,      nullptr}

PROBE(watch, watch);
PROBE(names, names);
PROBE(refuses, refuses);
