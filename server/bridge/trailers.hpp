// The fields that an app sends behind its body: gw.trailers/1, RFC 9110 6.5.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/gateway.h>

namespace appserver::bridge {

/// Threads: one at a time, the one that serves the exchange.
class Trailers {
 public:
  static constexpr std::size_t kMost = 8 * 1024;  ///< bytes of all lines

  /// Adds the fields, or replaces the values of those that are here: all or none.
  /// GW_OK, GW_E_HEADER, GW_E_TOOBIG.
  std::int32_t set(const gw_field* fields, std::size_t count);

  [[nodiscard]] bool empty() const { return fields_.empty(); }

  static constexpr std::size_t kAnnouncedMost = 1024;

  /// "Trailer: a, b\r\n" with as many names as kAnnouncedMost bytes hold: to announce
  /// them is a courtesy.
  [[nodiscard]] std::string announcement() const;
  /// "a: 1\r\nb: 2\r\n". A field without a value was announced and not set: it stays
  /// away.
  [[nodiscard]] std::string lines() const;

  void clear() { fields_.clear(); }

 private:
  struct Field {
    std::string name, value;
  };

  [[nodiscard]] static std::size_t size_of(const std::vector<Field>& fields);
  std::vector<Field> fields_;
};

}  // namespace appserver::bridge
