// gw.exchange/1, gw.attribute/1, gw.informational/1, gw.trailers/1: from the environ or
// the writer an app was lent to its exchange.
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/informational.h>
#include <gateway/trailers.h>

#include "bridge/exchange.hpp"
#include "bridge/extension_tables.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

const gw_exchange kExchange = {
    [](const gw_environ* environ, std::size_t n) {
      return Exchange::of(*environ).extras().room.take(n);
    },
    [](const gw_environ* environ, void (*fn)(void*, std::int32_t), void* arg) {
      return Exchange::of(*environ).extras().clean_up.on_close(fn, arg);
    },
    [](const gw_environ* environ) -> std::int32_t {
      return Exchange::of(*environ).is_gone() ? 1 : 0;
    },
};

const gw_attribute kAttribute = {
    [](const gw_host*, gw_str name) { return attribute_number(http::view(name)); },
    [](const gw_environ* environ, std::int32_t number, void* value,
       void (*drop)(void*)) {
      return Exchange::of(*environ).extras().clean_up.set(number, value, drop);
    },
    [](const gw_environ* environ, std::int32_t number) {
      return Exchange::of(*environ).extras().clean_up.get(number);
    },
};

const gw_informational kInformational = {
    [](const gw_environ* environ, std::uint32_t status, const gw_field* fields,
       std::size_t count) {
      return Exchange::of(*environ).send_interim(status, fields, count);
    },
};

const gw_trailers kTrailers = {
    [](const gw_environ* environ, const gw_field** fields, std::size_t* count) {
      return Exchange::of(*environ).received_trailers(fields, count);
    },
    [](gw_writer* writer, const gw_field* fields, std::size_t count) {
      if (writer->error != GW_OK) return writer->error;
      return Exchange::of(*writer).set_trailers(fields, count);
    },
};

}  // namespace

const void* exchange_table() {
  return &kExchange;
}

const void* attribute_table() {
  return &kAttribute;
}

const void* informational_table() {
  return &kInformational;
}

const void* trailers_table() {
  return &kTrailers;
}

}  // namespace appserver::bridge
