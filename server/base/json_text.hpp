// A text as a string of JSON (RFC 8259 7), whatever bytes it has.
#pragma once

#include <string>
#include <string_view>

namespace appserver {

/// With its quotes. Control characters are escaped; bytes that are not UTF-8 (RFC 3629)
/// become \ufffd each.
std::string json_string(std::string_view text);

}  // namespace appserver
