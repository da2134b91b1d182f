// From settings to a server that has stopped: log, runtime folder, and the two ways to
// run.
#pragma once

#include "base/result.hpp"
#include "control/candidate.hpp"

namespace appserver::control {

/// Serves until told to stop; with `check_only`, loads and creates everything once in a
/// check process and says whether that went well (every failure is then
/// ExitCode::Usage).
Result<void> serve(ConfigSource source, bool check_only);

}  // namespace appserver::control
