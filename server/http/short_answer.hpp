// Bodies for the answers that the server gives by itself.
#pragma once

#include <string_view>

namespace appserver::http {

/// "404 Not Found\n", text/plain; "499\n" for a code without a phrase; "" for 1xx, 204,
/// 304, which have no body. Lives: for the whole program. `status` is 100..599.
std::string_view short_body(unsigned status);

}  // namespace appserver::http
