// Which fields may stand behind a body (RFC 9110 6.5.1). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace appserver::http {

/// False for a field that frames the message, routes it, or says how it is to be taken:
/// who reads it behind the body has acted already. `name` in any case.
bool may_be_trailer(std::string_view name);

/// The fields of trailer lines that a ChunkedDecoder has taken, without those that may
/// not be any. Names are made lower-case in `text`, into which the fields are views.
void parse_trailers(std::string& text, std::vector<Field>& fields);

}  // namespace appserver::http
