// `appserver ctl`: what an operator asks of a running server, in a terminal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::commands {

/// Asks the server that `words` (what stands behind `ctl`), $APPSERVER_CONTROL, the
/// settings or the folders of this user name, and gives what to print. Waits for the
/// end of a reload, else 10 s. Fails: CtlRefused, CtlUsage, CtlNoServer.
Result<std::string> ctl(const std::vector<std::string>& words,
                        const std::map<std::string, std::string>& environment);

}  // namespace appserver::commands
