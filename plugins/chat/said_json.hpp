// A Said as JSON: the same to clients and on the bus.
#pragma once

#include <boost/json.hpp>

#include "message.hpp"

boost::json::object json_of(const Said& said);
