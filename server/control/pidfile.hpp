// The file that names the first process of a server.
#pragma once

#include <string>

#include "base/result.hpp"
#include "control/identity.hpp"

namespace appserver::control {

/// Writes the number of this process; the file belongs to `identity`. `path` "": there
/// is none. Fails: Usage: it names a process that runs, it cannot be written.
Result<void> write_pidfile(const std::string& path, const Identity& identity);

/// Removes it if it names this process. In a folder where this user removes nothing it
/// is emptied, which says as much.
void remove_pidfile(const std::string& path);

}  // namespace appserver::control
