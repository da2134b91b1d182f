// All sources of settings together, as a start reads them.
#pragma once

#include <string>
#include <vector>

#include "config/load_settings.hpp"

namespace appserver::config {

using Words = std::vector<std::string>;

/// `text` stands in `file`.
inline Result<Settings> load(const Words& words, const std::string& text,
                             const Environment& env,
                             const std::string& file = "a.yaml") {
  auto line = parse_command_line(words);
  if (!line) return line.error();
  line->config_file = file;
  return load_settings(*line, text, env);
}

/// Why it is refused; "" when it is not.
inline std::string complaint(const Words& words, const std::string& text = "",
                             const Environment& env = {},
                             const std::string& file = "a.yaml") {
  const auto settings = load(words, text, env, file);
  return settings ? "" : settings.error().text;
}

}  // namespace appserver::config
