// Settings as YAML text. Strings are written as JSON writes them, which YAML reads too.
#include "config/load_settings.hpp"
#include "config/setting_key.hpp"
#include "config/static_mount.hpp"
#include "config/value.hpp"

namespace appserver::config {
namespace {

/// `config` is one line of JSON, which is YAML as well.
std::string mount_text(const MountSettings& mount) {
  std::string text = "  - path: " + yaml_string(mount.path);
  if (!mount.origin.empty()) text += "  # " + in_quotes(mount.origin);
  if (!mount.host.empty()) text += "\n    host: " + yaml_string(mount.host);
  text += "\n    app: " + yaml_string(mount.app);
  text += "\n    config: " + mount.config_json;
  if (!mount.middleware.empty()) text += "\n    middleware:";
  for (const MiddlewareSettings& member : mount.middleware) {
    text += "\n      - app: " + yaml_string(member.app);
    text += "\n        config: " + member.config_json;
  }
  if (mount.threads) text += "\n    threads: " + std::to_string(*mount.threads);
  if (mount.client_max_body_size) {
    text +=
        "\n    client_max_body_size: " + body_size_text(*mount.client_max_body_size);
  }
  return text + "\n";
}

std::string static_text(const MountSettings& mount) {
  return "  " + yaml_string(mount.path) + ": " + static_config(mount) +
         (mount.origin.empty() ? "\n" : "  # " + in_quotes(mount.origin) + "\n");
}

std::string mounts_text(const std::vector<MountSettings>& mounts) {
  std::string text;
  for (const MountSettings& mount : mounts) {
    if (mount.static_root.empty()) text += mount_text(mount);
  }
  return text.empty() ? "mounts: []\n" : "mounts:\n" + text;
}

std::string folders_text(const std::vector<MountSettings>& mounts) {
  std::string text;
  for (const MountSettings& mount : mounts) {
    if (!mount.static_root.empty()) text += static_text(mount);
  }
  return text.empty() ? "static: {}\n" : "static:\n" + text;
}

/// A folder that is only searched is the environment's word, which a file cannot
/// repeat.
bool is_printed(const SettingKey& key, const Settings& settings) {
  return key.name != "plugins" || settings.plugins.empty() ||
         settings.serve_plugins_folder;
}

}  // namespace

std::string print_settings(const Settings& settings) {
  std::string text;
  for (const SettingKey& key : setting_keys()) {
    const std::string name(key.name);
    if (name == "mounts") text += mounts_text(settings.mounts);
    if (name == "static") text += folders_text(settings.mounts);
    if (key.write == nullptr || !is_printed(key, settings)) continue;
    text += name + ": " + key.write(settings);
    const bool is_default_bind = name == "bind" && settings.bind.empty();
    text += is_default_bind ? "  # " + std::string(key.fallback) + "\n" : "\n";
  }
  return text;
}

}  // namespace appserver::config
