// The extensions that this host carries out, by their ids.
#pragma once

#include <string_view>

namespace appserver::bridge {

/// The table behind "gw.<name>/1", null where there is none. Lives as long as the
/// process. Threads: any.
const void* find_extension(std::string_view id);

}  // namespace appserver::bridge
