// Flags. Boost.Program_options stays in the .cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::config {

using Environment = std::map<std::string, std::string>;

/// What the command line asks for, before files and environment are looked at.
struct CommandLine {
  enum class Action { Serve, CheckConfig, PrintConfig, Version, Help, Inspect };
  Action action = Action::Serve;
  std::string config_file;   ///< -c
  std::string app;           ///< the positional module:callable, or ""
  std::string inspect_file;  ///< of `appserver inspect FILE`
  bool inspect_json = false;
  std::map<std::string, std::vector<std::string>>
      values;  ///< setting key -> words, in order
};

/// Fails: Usage. A flag of gunicorn, nginx or uvicorn that is not ours is refused with
/// the one to use; an unknown one with the nearest.
Result<CommandLine> parse_command_line(const std::vector<std::string>& words);

/// The text of --help.
std::string help_text();

}  // namespace appserver::config
