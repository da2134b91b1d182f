// Settings from all their sources: default < file < environment < flag.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace appserver::config {

/// The settings in force. `file_text` is the content of `line.config_file` (the caller
/// reads it; "" when there is none). Relative paths in a file are relative to that
/// file's folder. Fails: Usage, with file and line, the offending word and the nearest
/// known one.
Result<Settings> load_settings(const CommandLine& line, const std::string& file_text,
                               const Environment& environment);

/// All settings as YAML that load_settings reads back (--print-config).
std::string print_settings(const Settings& settings);

}  // namespace appserver::config
