#include "config/static_file.hpp"

#include <yaml-cpp/yaml.h>

#include "config/app_config_file.hpp"
#include "config/settings_file.hpp"
#include "config/static_mount.hpp"
#include "config/value.hpp"
#include "config/words.hpp"
#include "config/yaml_node.hpp"

namespace appserver::config {
namespace {

/// What stands behind a prefix.
struct Folder {
  std::string root;
  std::string config_json = "{}";
};

/// Perhaps one of the keys was meant to be `root`.
Error no_root(const std::string& file, const YAML::Node& node,
              const YAML::Node& others) {
  for (const auto& entry : others) {
    const std::string& name = entry.first.Scalar();
    const std::string near = suggestion(name, {"root"});
    if (!near.empty()) {
      return error_at(file, entry.first,
                      "static: unknown key " + in_quotes(name) + near);
    }
  }
  return error_at(file, node, "static: no folder is named; add root: DIR");
}

/// The plugin says what is wrong with its keys; only `root` is ours.
Result<Folder> folder_with_keys(const std::string& file, const YAML::Node& node) {
  const auto checked = check_mapping(file, node, "static");
  if (!checked) return checked.error();
  Folder folder;
  YAML::Node others(YAML::NodeType::Map);
  for (const auto& entry : node) {
    if (entry.first.Scalar() != "root") {
      others.force_insert(entry.first, entry.second);
      continue;
    }
    auto root = scalar_of(file, entry.second, "static: root");
    if (!root) return root.error();
    folder.root = std::move(*root);
  }
  if (folder.root.empty()) return no_root(file, node, others);
  auto json = app_config_json(file, others);
  if (!json) return json.error();
  folder.config_json = std::move(*json);
  return folder;
}

Result<Folder> read_folder(const std::string& file, const YAML::Node& node) {
  if (node.IsMap()) return folder_with_keys(file, node);
  auto root = scalar_of(file, node, "static");
  if (!root) return root.error();
  return Folder{std::move(*root)};
}

}  // namespace

Result<std::vector<MountSettings>> read_static(const std::string& file,
                                               const YAML::Node& node) {
  std::vector<MountSettings> mounts;
  if (node.IsNull()) return mounts;
  if (!node.IsMap()) {
    return error_at(file, node,
                    "static is not a mapping; write for example {/assets: ./public}");
  }
  const auto checked = check_mapping(file, node, "static");
  if (!checked) return checked.error();
  for (const auto& entry : node) {
    auto folder = read_folder(file, entry.second);
    if (!folder) return folder.error();
    auto mount =
        static_mount(entry.first.Scalar(), joined_path(folder_of(file), folder->root),
                     std::move(folder->config_json));
    if (!mount) return error_at(file, entry.first, "static: " + mount.error().text);
    mount->origin = file + ":" + std::to_string(line_of(entry.first));
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

}  // namespace appserver::config
