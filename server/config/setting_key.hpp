// The one table of settings: what each key is called everywhere, how it is read and
// printed. File, environment, flags, --print-config, --help and the suggestions all
// come from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::config {

/// One row. All text lives as long as the program.
struct SettingKey {
  enum class Group { Serving, Processes, Timeouts, Limits, Proxies, Logging, Process };
  /// What a word of the file may name below the file's own folder.
  enum class Word { Plain, Path, Address, Structure };

  std::string_view name;  ///< in YAML; APPSERVER_<NAME> in the environment
  std::string_view
      flags;  ///< "-w --workers"; the first long one is the main one; or ""
  std::string_view argument;  ///< what --help calls the flag's value; "": a switch
  std::string_view fallback;  ///< the default as a user would write it, or ""
  std::string_view unit;      ///< of a bare number
  Group group;
  Word word;
  bool is_reloadable;  ///< by HUP; else by a restart
  /// Takes one word. Fails: Usage, without saying where. Null for app and mounts.
  Result<void> (*read)(Settings& settings, const std::string& word);
  /// The value as YAML on one line. Null for structures (app, mounts, static).
  std::string (*write)(const Settings& settings);
  /// Of lists only: forgets what a weaker source gave; read then appends.
  void (*clear)(Settings& settings);
  std::string_view meaning;
};

/// All rows, in the order of conf/appserver.yaml.
const std::vector<SettingKey>& setting_keys();

/// The row of that name, or null.
const SettingKey* find_key(std::string_view name);

/// The names of all rows, for suggestions.
std::vector<std::string> key_names();

/// APPSERVER_<NAME>.
std::string environment_name(const SettingKey& key);

/// The main long flag with its dashes, or "".
std::string main_flag(const SettingKey& key);

/// `text` in double quotes as YAML and JSON both read it.
std::string yaml_string(std::string_view text);

}  // namespace appserver::config
