#include "config/static_mount.hpp"

#include <algorithm>

#include "config/setting_key.hpp"
#include "config/value.hpp"

namespace appserver::config {
namespace {

constexpr const char* kPlugin = "files:app";

}  // namespace

Result<MountSettings> static_mount(const std::string& prefix, const std::string& root,
                                   std::string config_json) {
  auto path = parse_mount_path(prefix);
  if (!path) return path.error();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (root.empty() || std::any_of(root.begin(), root.end(), is_control)) {
    return usage_error(in_quotes(root) + " is no folder to serve at " + *path);
  }
  if (!is_utf8(root)) {  // the plugin is given it in JSON
    return usage_error("the folder to serve at " + *path + ", " + in_quotes(root) +
                       ", is not UTF-8; rename it, or name it by a link that is");
  }
  MountSettings mount;
  mount.path = std::move(*path);
  mount.app = kPlugin;
  mount.config_json = std::move(config_json);
  mount.static_root = root;
  return mount;
}

Result<MountSettings> parse_static(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    return usage_error(in_quotes(word) +
                       " is not PREFIX=DIR; write for example /assets=./public");
  }
  return static_mount(word.substr(0, equals), word.substr(equals + 1));
}

std::string static_config(const MountSettings& mount) {
  const std::string& others = mount.config_json;
  std::string json = "{\"root\":" + yaml_string(mount.static_root);
  if (others != "{}") json += ",";
  return json + others.substr(1);
}

std::string static_place(const MountSettings& mount) {
  if (mount.static_root.empty()) return "";
  return "static: " + in_quotes(mount.path) + " (" + mount.origin + "): ";
}

}  // namespace appserver::config
