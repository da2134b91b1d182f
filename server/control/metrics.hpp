// What is counted, as Prometheus reads it (text format 0.0.4). Labels are names of apps
// as the operator wrote them, versions, statuses and words of ours: never a client's.
#pragma once

#include <string>
#include <string_view>

#include "control/server_state.hpp"

namespace appserver::control {

inline constexpr std::string_view kMetricsType =
    "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const ServerState& server);

/// As it stands between the quotes of a label's value; what is not UTF-8 becomes "?".
std::string label_value(std::string_view text);

}  // namespace appserver::control
