// Which server this is. The number comes from project(VERSION) in the topmost
// CMakeLists.txt.
#pragma once

#include <string_view>

#ifndef APPSERVER_VERSION
#error "APPSERVER_VERSION comes with the CMake target appserver_core"
#endif

namespace appserver {

inline constexpr std::string_view kVersion = APPSERVER_VERSION;

/// What applications and logs are told: "appserver/0.1.0".
inline constexpr std::string_view kServerName = "appserver/" APPSERVER_VERSION;

}  // namespace appserver
