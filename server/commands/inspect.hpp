// `appserver inspect x.so`: what a module says of itself and whether this server would
// load it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace appserver::commands {

/// A report of several lines, or one JSON object,
/// with a newline at the end. Reads bytes only: nothing of the module runs, not
/// even its static constructors. A module that this server would refuse is reported,
/// with the reason; only what is no shared library fails. Fails: AppLoad with the
/// file's name.
Result<std::string> inspect(const std::string& path, bool json);

}  // namespace appserver::commands
