// Which fields may stand behind a body (RFC 9110 6.5.1). Pure.
#pragma once

#include <string_view>

namespace appserver::http {

/// False for a field that frames the message, routes it, or says how it is to be taken:
/// who reads it behind the body has acted already. `name` in any case.
bool may_be_trailer(std::string_view name);

}  // namespace appserver::http
