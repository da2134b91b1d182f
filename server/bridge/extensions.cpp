#include "bridge/extensions.hpp"

#include <array>
#include <utility>

#include <gateway/async.h>
#include <gateway/attribute.h>
#include <gateway/exchange.h>
#include <gateway/file.h>
#include <gateway/informational.h>
#include <gateway/middleware.h>
#include <gateway/stream.h>
#include <gateway/timer.h>
#include <gateway/trailers.h>
#include <gateway/websocket.h>

#include "bridge/extension_tables.hpp"

namespace appserver::bridge {

const void* find_extension(std::string_view id) {
  static constexpr std::array<std::pair<std::string_view, const void* (*)()>, 10> kAll{{
      {GW_ASYNC_1, async_table},
      {GW_ATTRIBUTE_1, attribute_table},
      {GW_EXCHANGE_1, exchange_table},
      {GW_FILE_1, file_table},
      {GW_INFORMATIONAL_1, informational_table},
      {GW_MIDDLEWARE_1, middleware_table},
      {GW_STREAM_1, stream_table},
      {GW_TIMER_1, timer_table},
      {GW_TRAILERS_1, trailers_table},
      {GW_WEBSOCKET_1, websocket_table},
  }};
  for (const auto& [name, table] : kAll) {
    if (name == id) return table();
  }
  return nullptr;
}

}  // namespace appserver::bridge
