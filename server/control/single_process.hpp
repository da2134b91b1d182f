// --single-process: what serves and what supervises in one process, for debuggers and
// sanitizers. No check process, no respawn; signals mean the same.
#pragma once

#include "base/result.hpp"
#include "control/candidate.hpp"

namespace appserver::control {

/// Serves until told to stop. Fails as Supervisor::run.
Result<void> run_single_process(const ConfigSource& source,
                                const std::string& runtime_dir);

}  // namespace appserver::control
