// The client's end of the control socket: found, checked to be a server of ours, asked.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::commands {

struct CtlRequest {
  std::string method, path, body;
  bool waits = false;  ///< as long as it takes; else 10 s
};

struct CtlAnswer {
  int status = 0;
  std::string body;
};

/// Of `paths` the one on which a server answers. Fails: CtlNoServer where it is none,
/// CtlUsage where there are several.
Result<std::string> find_control_socket(const std::vector<std::string>& paths);

/// Asks the server at `path`. It must be of this user or of root; root may ask any.
/// Fails: CtlNoServer, with the reason and what to do.
Result<CtlAnswer> ask_server(const std::string& path, const CtlRequest& request);

}  // namespace appserver::commands
