// Tables whose functions fill a file of their own.
#pragma once

#include <gateway/file.h>
#include <gateway/informational.h>
#include <gateway/trailers.h>

namespace appserver::lint {

class Exchange;

/// False when one of them may not be sent: then it has been reported.
bool check_fields(Exchange& exchange, const gw_field* fields, std::size_t count);

const gw_file* file_table();
const gw_informational* informational_table();
const gw_trailers* trailers_table();

}  // namespace appserver::lint
