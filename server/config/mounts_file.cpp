// A small table of the keys of a mount, and the shape of a mount's path.
#include "config/mounts_file.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <yaml-cpp/yaml.h>

#include "config/app_config_file.hpp"
#include "config/settings_file.hpp"
#include "config/value.hpp"
#include "config/words.hpp"
#include "config/yaml_node.hpp"

namespace appserver::config {
namespace {

/// A module that is a path is relative to the file's folder; a bare name is looked up.
Result<std::string> parse_app(const std::string& file, const std::string& word) {
  const auto is_wrong = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  if (word.empty() || word[0] == ':' ||
      std::any_of(word.begin(), word.end(), is_wrong)) {
    return usage_error(in_quotes(word) +
                       " is not an application; write module:callable");
  }
  const std::size_t slash = word.rfind('/');
  const std::size_t colon = word.find(':', slash == std::string::npos ? 0 : slash);
  const std::string module = word.substr(0, colon);
  const bool ends_so =
      module.size() > 3 && module.compare(module.size() - 3, 3, ".so") == 0;
  if (slash == std::string::npos && !ends_so) return word;
  return joined_path(folder_of(file), module) + word.substr(module.size());
}

Result<void> set_path(MountSettings& mount, const std::string& /*file*/,
                      const YAML::Node& node) {
  auto path = parse_mount_path(node.Scalar());
  if (!path) return path.error();
  mount.path = std::move(*path);
  return {};
}

Result<void> set_host(MountSettings& mount, const std::string& /*file*/,
                      const YAML::Node& node) {
  auto host = parse_host(node.Scalar());
  if (!host) return host.error();
  mount.host = std::move(*host);
  return {};
}

Result<void> set_app(MountSettings& mount, const std::string& file,
                     const YAML::Node& node) {
  auto app = parse_app(file, node.Scalar());
  if (!app) return app.error();
  mount.app = std::move(*app);
  return {};
}

Result<void> set_threads(MountSettings& mount, const std::string& /*file*/,
                         const YAML::Node& node) {
  const auto threads = parse_integer(node.Scalar(), 1, 1024);
  if (!threads) return threads.error();
  mount.threads = static_cast<int>(*threads);
  return {};
}

Result<void> set_body_size(MountSettings& mount, const std::string& /*file*/,
                           const YAML::Node& node) {
  const auto size = parse_body_size(node.Scalar());
  if (!size) return size.error();
  mount.client_max_body_size = *size;
  return {};
}

constexpr std::size_t kMiddlewareMost = 16;  // of one mount; each call is a C frame

Result<MiddlewareSettings> read_middleware(const std::string& file,
                                           const YAML::Node& node) {
  MiddlewareSettings read;
  YAML::Node app = node;
  if (node.IsMap()) {
    const auto checked = check_mapping(file, node, "middleware: an entry");
    if (!checked) return checked.error();
    app.reset();
    for (const auto& entry : node) {
      const std::string& name = entry.first.Scalar();
      if (name == "app") {
        app.reset(entry.second);
      } else if (name == "config") {
        auto json = app_config_json(file, entry.second);
        if (!json) return json.error();
        read.config_json = std::move(*json);
      } else {
        return error_at(file, entry.first,
                        "middleware: unknown key " + in_quotes(name) +
                            suggestion(name, {"app", "config"}));
      }
    }
    if (!app.IsDefined() || app.IsNull()) {
      return error_at(
          file, node,
          "middleware: an entry names no application; add app: module:callable");
    }
  }
  const auto word = scalar_of(file, app, "middleware");
  if (!word) return word.error();
  auto parsed = parse_app(file, app.Scalar());
  if (!parsed) return error_at(file, app, "middleware: " + parsed.error().text);
  read.app = std::move(*parsed);
  return read;
}

Result<void> set_middleware(MountSettings& mount, const std::string& file,
                            const YAML::Node& list) {
  if (list.IsNull()) return {};
  if (!list.IsSequence()) {
    return error_at(file, list,
                    "middleware is not a list; write [module:callable, ...]");
  }
  if (list.size() > kMiddlewareMost) {
    return error_at(file, list, "middleware: more than 16 around one application");
  }
  for (const auto& node : list) {
    auto read = read_middleware(file, node);
    if (!read) return read.error();
    mount.middleware.push_back(std::move(*read));
  }
  return {};
}

struct MountKey {
  const char* name;
  Result<void> (*set)(MountSettings& mount, const std::string& file,
                      const YAML::Node& node);
};

/// `config` and `middleware` are no scalars and say themselves where they are wrong;
/// see read_value.
constexpr std::array<MountKey, 7> kMountKeys{{{"path", set_path},
                                              {"host", set_host},
                                              {"app", set_app},
                                              {"config", nullptr},
                                              {"middleware", nullptr},
                                              {"threads", set_threads},
                                              {"client_max_body_size", set_body_size}}};

std::vector<std::string> mount_key_names() {
  std::vector<std::string> names;
  names.reserve(kMountKeys.size());
  for (const MountKey& key : kMountKeys) names.emplace_back(key.name);
  return names;
}

Result<void> read_value(MountSettings& mount, const std::string& file,
                        const MountKey& key, const YAML::Node& node) {
  if (key.name == std::string_view("middleware")) {
    return set_middleware(mount, file, node);
  }
  if (key.set == nullptr) {
    auto json = app_config_json(file, node);
    if (!json) return json.error();
    mount.config_json = std::move(*json);
    return {};
  }
  const auto word = scalar_of(file, node, key.name);
  if (!word) return word.error();
  const auto set = key.set(mount, file, node);
  if (!set)
    return error_at(file, node, std::string(key.name) + ": " + set.error().text);
  return {};
}

Result<MountSettings> read_mount(const std::string& file, const YAML::Node& node) {
  const auto checked = check_mapping(file, node, "mounts: an entry");
  if (!checked) return checked.error();
  MountSettings mount;
  mount.origin = file + ":" + std::to_string(line_of(node));
  for (const auto& entry : node) {
    const std::string& name = entry.first.Scalar();
    const auto* key =
        std::find_if(kMountKeys.begin(), kMountKeys.end(),
                     [&](const MountKey& known) { return name == known.name; });
    if (key == kMountKeys.end()) {
      return error_at(file, entry.first,
                      "mounts: unknown key " + in_quotes(name) +
                          suggestion(name, mount_key_names()));
    }
    const auto read = read_value(mount, file, *key, entry.second);
    if (!read) return read.error();
  }
  if (mount.app.empty()) {
    return error_at(file, node,
                    "mounts: an entry names no application; add app: module:callable");
  }
  return mount;
}

/// What is served there, as it was written.
std::string served(const MountSettings& mount) {
  return in_quotes(mount.static_root.empty() ? mount.app : mount.static_root);
}

/// Advice for those who want files before an application at one place.
std::string in_front(const MountSettings& mount, const MountSettings& other) {
  if (mount.static_root.empty() == other.static_root.empty()) return "";
  return "; files in front of an application are its middleware, files:middleware";
}

}  // namespace

Result<MountSettings> read_app(const std::string& file, const YAML::Node& node) {
  MountSettings mount;
  mount.origin = file + ":" + std::to_string(line_of(node));
  const auto read = read_value(mount, file, {"app", set_app}, node);
  if (!read) return read.error();
  return mount;
}

Result<std::vector<MountSettings>> read_mounts(const std::string& file,
                                               const YAML::Node& list) {
  std::vector<MountSettings> mounts;
  if (list.IsNull()) return mounts;
  if (!list.IsSequence()) {
    return error_at(file, list,
                    "mounts is not a list; write \"- path: /\" and \"  app: ...\"");
  }
  for (const auto& node : list) {
    auto mount = read_mount(file, node);
    if (!mount) return mount.error();
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

Result<void> check_distinct(const std::vector<MountSettings>& mounts) {
  std::map<std::pair<std::string, std::string>, const MountSettings*> places;
  for (const MountSettings& mount : mounts) {
    const auto [first, is_new] =
        places.emplace(std::pair(mount.host, mount.path), &mount);
    if (is_new) continue;
    const MountSettings& other = *first->second;
    const char* key = mount.static_root.empty() ? ": mounts: " : ": static: ";
    return usage_error(mount.origin + key + in_quotes(mount.host + mount.path) +
                       " of " + served(mount) + " is taken already, by " +
                       served(other) + " (" + other.origin + ")" +
                       in_front(mount, other));
  }
  return {};
}

}  // namespace appserver::config
