// Where the server works: the settings `chdir` and `umask`, which hold for the process.
#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "control/candidate.hpp"

namespace appserver::control {

/// Reads the settings, goes where `chdir` says and sets the umask. Relative paths of
/// the command line are then relative to that folder; the configuration file is found
/// again all the same, because `source` has its whole path from now on. Fails: Usage.
Result<config::Settings> enter_folder(ConfigSource& source);

/// In a process that becomes the next server: back to where this one was started, so
/// that its words mean the same again.
void leave_folder(const ConfigSource& source);

}  // namespace appserver::control
