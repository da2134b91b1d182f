// Status lines, prepared.
#pragma once

#include <string_view>

namespace appserver::http {

/// "HTTP/1.1 200 OK\r\n"; an unknown code gets an empty reason ("HTTP/1.1 299 \r\n").
/// Lives: for the whole program. `code` is 100..599.
std::string_view status_line(unsigned code);

/// "OK"; "" when unknown.
std::string_view reason_phrase(unsigned code);

}  // namespace appserver::http
