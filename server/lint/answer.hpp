// What a client got, short enough to be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace appserver::lint {

/// Status, fields and body. How the body was cut into pieces does not count.
struct Answer {
  std::uint32_t status = 0;
  std::uint64_t fields = 0, body = 0;  ///< sums of their bytes (FNV-1a)
  std::uint64_t length = 0;
  std::int32_t outcome = 0;  ///< GW_OK, or why it was cut
  bool is_whole = false;     ///< can it be compared at all?

  bool operator==(const Answer&) const = default;

  /// A head; it takes the place of one before.
  void begin(std::uint32_t status);
  void add_field(std::string_view name, std::string_view value);
  /// `bytes`: null, if only their number is known.
  void add_body(const void* bytes, std::size_t n);
};

}  // namespace appserver::lint
