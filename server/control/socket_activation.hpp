// Listening sockets that a service manager has opened for us: LISTEN_FDS, LISTEN_PID
// and LISTEN_FDNAMES, as sd_listen_fds(3) describes them. The sockets begin at
// descriptor 3.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/command_line.hpp"

namespace appserver::control {

struct ActivatedSockets {
  int count = 0;      ///< descriptors 3 and up
  std::string names;  ///< as LISTEN_FDNAMES has them, "http:admin"; may be ""
};

/// Reads the variables and takes them out of the environment of this process, so that
/// no child takes them for its own. Those for another process mean nothing. Fails:
/// Usage, where LISTEN_FDS is no number that can be meant. Threads: before there are
/// others.
Result<ActivatedSockets> take_activated_sockets(const config::Environment& environment);

/// Puts them in the place of every `bind`: as if flags had named them.
void use_activated_sockets(const ActivatedSockets& sockets, config::CommandLine& line);

/// "listening on 2 sockets of the service manager (http, admin) instead of bind"; ""
/// where there are none.
std::string activation_text(const ActivatedSockets& sockets);

/// In a process that becomes the next server: what take_activated_sockets() took.
void restore_activation(const ActivatedSockets& sockets);

}  // namespace appserver::control
