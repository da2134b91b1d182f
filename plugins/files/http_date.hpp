// HTTP dates, RFC 9110 §5.6.7. Pure; follows no locale.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace files {

/// "Sun, 06 Nov 1994 08:49:37 GMT"; before 1970 is shown as 1970, after 9999 as its
/// end.
std::array<char, 29> imf_date(std::int64_t unix_s) noexcept;

/// Seconds since 1970 of any of the three forms that a recipient must understand;
/// nothing for what is no date. A two-digit year is read as the nearest one that is not
/// more than 50 years after `now_s`.
std::optional<std::int64_t> parse_http_date(std::string_view text,
                                            std::int64_t now_s) noexcept;

}  // namespace files
