// The shape of the ABI as this compiler sees it, one line per fact.
#pragma once

#include <string>

namespace gateway::abi_test {

/// "gw_app.call 48 8 long (*)(...)" for each member (offset, size, type), "gw_app 88"
/// for each struct, "GW_E_APP -1" for each constant. The lines of a struct are in the
/// header's order.
std::string current_layout();

}  // namespace gateway::abi_test
