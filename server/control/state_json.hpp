// What the control socket answers, as JSON.
#pragma once

#include <string>

#include "config/settings.hpp"
#include "control/server_state.hpp"

namespace appserver::control {

/// One object each, with a newline behind it.
std::string status_json(const ServerState& server);
std::string workers_json(const ServerState& server);
std::string apps_json(const ServerState& server);
/// Every key of the reference and its value; the applications' own `config`, too, as
/// the file has it.
std::string config_json(const config::Settings& settings);

}  // namespace appserver::control
